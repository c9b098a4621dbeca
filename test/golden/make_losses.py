"""Writes lossOptions.json with PyTorch: every loss with every option, and its gradients. /usr/bin/python3 test/golden/make_losses.py

A case is {"loss", "options", "inputs", "y", "dy", "gradients"}: inputs in the order of the function's arguments, gradients of sum(y * dy)
in the same order, null for labels. "tensors" holds the options that are tensors. Losses that PyTorch does not have are written out here.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torchvision.ops import sigmoid_focal_loss

from make_golden import draw, pack, rng, save

cases = []


def case(loss, f, inputs, options, theirs=None, tensors=None):
    """Cases of the mean, of none, and of the sum if the loss is new. f(*inputs, reduction=..., **theirs); integer inputs are labels."""
    known = any(other["loss"] == loss for other in cases)
    for reduction in ("mean", "none") if known else ("mean", "none", "sum"):
        y = f(*inputs, reduction=reduction, **(options if theirs is None else theirs))
        dy = draw(*y.shape).detach() if reduction == "none" else torch.ones(())
        leaves = [x for x in inputs if x.requires_grad]
        gradients = dict(zip(map(id, leaves), torch.autograd.grad(y, leaves, dy, allow_unused=True)))
        cases.append({
            "loss": loss, "options": {**options, "reduction": reduction}, "tensors": {k: pack(t) for k, t in (tensors or {}).items()},
            "inputs": [{**pack(x), "integer": not x.is_floating_point()} for x in inputs],
            "y": pack(y), "dy": pack(dy),
            "gradients": [pack(gradients[id(x)]) if gradients.get(id(x)) is not None else None for x in inputs],
        })


def reduce(losses, reduction):
    return losses.mean() if reduction == "mean" else losses.sum() if reduction == "sum" else losses


def uniform(*shape, low=0.05, high=0.95):
    return draw(*shape, low=low, high=high)


def cross_entropy():
    x, labels = draw(4, 3), torch.tensor([0, 2, 1, 2])
    image, pixels = draw(2, 3, 2, 2, decimals=1), torch.tensor([[[0, 1], [2, -100]], [[1, 1], [0, 2]]])
    weight = torch.tensor([0.5, 2.0, 1.25])
    case("crossEntropy", F.cross_entropy, (image, pixels), {})
    case("crossEntropy", F.cross_entropy, (image, pixels), {"labelSmoothing": 0.2}, {"label_smoothing": 0.2})
    case("crossEntropy", F.cross_entropy, (image, pixels), {"labelSmoothing": 0.2}, {"label_smoothing": 0.2, "weight": weight}, {"weight": weight})
    case("crossEntropy", F.cross_entropy, (x, labels), {"ignoreIndex": 2}, {"ignore_index": 2})
    case("crossEntropy", F.cross_entropy, (x, labels), {"ignoreIndex": 2, "labelSmoothing": 0.1},
         {"ignore_index": 2, "label_smoothing": 0.1, "weight": weight}, {"weight": weight})
    case("crossEntropy", F.cross_entropy, (x, torch.tensor([0, -100, 1, 2])), {})
    soft, softImage = torch.softmax(draw(4, 3), 1).detach().round(decimals=2), torch.softmax(draw(2, 3, 2, 2), 1).detach().round(decimals=2)
    case("crossEntropy", F.cross_entropy, (x, soft.requires_grad_()), {})
    case("crossEntropy", F.cross_entropy, (image, softImage), {"labelSmoothing": 0.1}, {"label_smoothing": 0.1})
    case("crossEntropy", F.cross_entropy, (image, softImage), {"labelSmoothing": 0.1}, {"label_smoothing": 0.1, "weight": weight}, {"weight": weight})
    logP, logPImage = uniform(4, 3, low=-3, high=-0.1), uniform(2, 3, 2, 2, low=-3, high=-0.1)
    case("nllLoss", F.nll_loss, (logP, labels), {})
    case("nllLoss", F.nll_loss, (logP, labels), {"ignoreIndex": 2}, {"ignore_index": 2, "weight": weight}, {"weight": weight})
    case("nllLoss", F.nll_loss, (logPImage, pixels), {})
    case("nllLoss", F.nll_loss, (logPImage, pixels), {}, {"weight": weight}, {"weight": weight})


def binary():
    p, x, t = uniform(3, 2), draw(3, 2), torch.tensor(np.round(rng.uniform(0, 1, (3, 2)), 1), requires_grad=True)
    hard = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    weight, pos = torch.tensor([[0.5, 2.0]]), torch.tensor([3.0, 0.25])
    case("binaryCrossEntropy", F.binary_cross_entropy, (p, t), {})
    case("binaryCrossEntropy", F.binary_cross_entropy, (p, hard), {}, {"weight": weight}, {"weight": weight})
    with_logits = F.binary_cross_entropy_with_logits
    case("binaryCrossEntropyWithLogits", with_logits, (x, t), {})
    case("binaryCrossEntropyWithLogits", with_logits, (x, t), {}, {"weight": weight}, {"weight": weight})
    case("binaryCrossEntropyWithLogits", with_logits, (x, hard), {}, {"pos_weight": pos}, {"posWeight": pos})
    case("binaryCrossEntropyWithLogits", with_logits, (x, t), {}, {"weight": weight, "pos_weight": pos}, {"weight": weight, "posWeight": pos})
    case("focalLoss", sigmoid_focal_loss, (x, hard), {})
    case("focalLoss", sigmoid_focal_loss, (x, hard), {"gamma": 0.5, "alpha": 0.6})


def regression():
    x, t = draw(3, 4), draw(3, 4)
    case("mseLoss", F.mse_loss, (x, t), {})
    case("l1Loss", F.l1_loss, (x, t), {})
    for options in ({}, {"delta": 0.3}, {"delta": 2.5}):
        case("huberLoss", F.huber_loss, (x, t), options)
    for options in ({}, {"beta": 0.3}, {"beta": 0.0}):
        case("smoothL1Loss", F.smooth_l1_loss, (x, t), options)


def margins():
    x, y = draw(6), torch.tensor([1.0, -1.0, 1.0, 1.0, -1.0, -1.0])
    case("logisticLoss", F.soft_margin_loss, (x, y), {})
    case("hingeLoss", lambda s, y, reduction, margin=1.0: reduce(torch.relu(margin - y * s), reduction), (x, y), {})
    case("hingeLoss", lambda s, y, reduction, margin=1.0: reduce(torch.relu(margin - y * s), reduction), (x, y), {"margin": 0.3})
    scores, labels, weight = draw(5, 4), torch.tensor([0, 3, 1, 2, 3]), torch.tensor([0.5, 2.0, 1.0, 0.25])
    for options in ({}, {"margin": 0.4}, {"p": 2, "margin": 1.5}):
        case("multiMarginLoss", F.multi_margin_loss, (scores, labels), options)
    case("multiMarginLoss", F.multi_margin_loss, (scores, labels), {"p": 2}, {"p": 2, "weight": weight}, {"weight": weight})
    times_classes = lambda s, t, reduction, **o: s.shape[1] * F.multi_margin_loss(s, t, reduction=reduction, **o)
    case("multiclassHingeLoss", times_classes, (scores, labels), {})
    case("multiclassHingeLoss", times_classes, (scores, labels), {"margin": 0.4}, {"margin": 0.4, "weight": weight}, {"weight": weight})


def divergence():
    logQ = torch.log_softmax(draw(3, 4), 1).detach().round(decimals=3).requires_grad_()
    p = torch.softmax(draw(3, 4), 1).detach().round(decimals=2)
    p[0, 1] = 0.0
    logP = torch.log_softmax(draw(3, 4), 1).detach().round(decimals=3).requires_grad_()
    case("klDiv", F.kl_div, (logQ, p), {})
    case("klDiv", F.kl_div, (logQ, p[1:2].clone().requires_grad_().expand(3, 4).detach().requires_grad_()), {})
    case("klDiv", F.kl_div, (logQ, logP), {"logTarget": True}, {"log_target": True})
    for target, options in ((p, {}), (logP, {"logTarget": True})):
        y = F.kl_div(logQ, target, reduction="batchmean", log_target=bool(options))
        (gradient,) = torch.autograd.grad(y, [logQ])
        cases.append({"loss": "klDiv", "options": {**options, "reduction": "batchMean"}, "tensors": {},
                      "inputs": [pack(logQ), pack(target.detach())], "y": pack(y), "dy": pack(torch.ones(())), "gradients": [pack(gradient), None]})


def dice():
    def loss(x, t, reduction, activation="sigmoid", smooth=1.0):
        p = torch.sigmoid(x) if activation == "sigmoid" else torch.softmax(x, 1) if activation == "softmax" else x
        overlap, total = (p * t).flatten(2).sum(2), p.flatten(2).sum(2) + t.flatten(2).sum(2)
        return reduce(1 - (2 * overlap + smooth) / (total + smooth), reduction)

    x, mask = draw(2, 3, 2, 2), F.one_hot(torch.tensor(rng.integers(0, 3, (2, 2, 2))), 3).permute(0, 3, 1, 2).double()
    case("diceLoss", loss, (x, mask), {})
    case("diceLoss", loss, (x, mask), {"activation": "softmax", "smooth": 0.5})
    case("diceLoss", loss, (uniform(2, 3, 2, 2), mask), {"activation": "none", "smooth": 0.1})


def pairs():
    a, b, c, y = draw(5, 3), draw(5, 3), draw(5, 3), torch.tensor([1.0, -1.0, -1.0, 1.0, -1.0])
    for options in ({}, {"p": 1, "margin": 2.0}, {"p": 3, "margin": 1.5}, {"swap": True, "eps": 1e-4}):
        case("tripletMarginLoss", F.triplet_margin_loss, (a, b, c), options)
    case("cosineEmbeddingLoss", F.cosine_embedding_loss, (a, b, y), {})
    case("cosineEmbeddingLoss", F.cosine_embedding_loss, (a, b, y), {"margin": -0.4})
    case("marginRankingLoss", F.margin_ranking_loss, (draw(5), draw(5), y), {})
    case("marginRankingLoss", F.margin_ranking_loss, (draw(5), draw(5), y), {"margin": 0.7})

    def contrastive(a, b, same, reduction, margin=1.0):
        d = torch.linalg.vector_norm(a - b + 1e-6, dim=-1)
        return reduce(0.5 * (same * d**2 + (1 - same) * torch.relu(margin - d) ** 2), reduction)

    same = torch.tensor([1.0, 0.0, 0.0, 1.0, 0.0])
    case("contrastiveLoss", contrastive, (a, b, same), {})
    case("contrastiveLoss", contrastive, (a, b, same), {"margin": 3.0})

    def nt_xent(a, b, reduction, temperature=0.5):
        """Equation 1 of Chen et al. 2020, term by term."""
        z = torch.cat([a, b])
        n, terms = len(a), []
        for i in range(2 * n):
            s = torch.stack([F.cosine_similarity(z[i], z[k], dim=0) / temperature for k in range(2 * n)])
            others = torch.stack([s[k].exp() for k in range(2 * n) if k != i]).sum()
            terms.append(-(s[(i + n) % (2 * n)].exp() / others).log())
        return reduce(torch.stack(terms), reduction)

    case("ntXentLoss", nt_xent, (a, b), {})
    case("ntXentLoss", nt_xent, (a, b), {"temperature": 0.1})


def likelihoods():
    mean, t, variance, rows = draw(3, 2), draw(3, 2), uniform(3, 2, low=0.2, high=2), uniform(3, 1, low=0.2, high=2)
    case("gaussianNllLoss", lambda m, t, v, **o: F.gaussian_nll_loss(m, t, v, **o), (mean, t, variance), {})
    case("gaussianNllLoss", lambda m, t, v, **o: F.gaussian_nll_loss(m, t, v, **o), (mean, t, rows), {"full": True})
    counts = torch.tensor([[0.0, 1.0, 2.0], [7.0, 3.0, 1.0]])
    x, rate = draw(2, 3), uniform(2, 3, low=0.3, high=4)
    case("poissonNllLoss", F.poisson_nll_loss, (x, counts), {})
    case("poissonNllLoss", F.poisson_nll_loss, (x, counts), {"full": True})
    case("poissonNllLoss", F.poisson_nll_loss, (rate, counts), {"logInput": False}, {"log_input": False})


if __name__ == "__main__":
    for part in (cross_entropy, binary, regression, margins, divergence, dice, pairs, likelihoods):
        part()
    save("lossOptions.json", madeBy="test/golden/make_losses.py", cases=cases)
