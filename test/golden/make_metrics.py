"""Writes metrics.json with scikit-learn and SciPy: /usr/bin/python3 test/golden/make_metrics.py

SSIM is scikit-image's formula (Gaussian weights, σ = 1.5, population covariance, borders left out) on SciPy's filter. BLEU is written out
after Papineni et al. 2002; the texts are made up.
"""
import math
from collections import Counter

import numpy as np
import sklearn
from scipy.ndimage import gaussian_filter
from sklearn import metrics as M

from make_golden import number, save

rng = np.random.default_rng(7)


def plain(x):
    x = np.asarray(x)
    return number(x.item()) if x.ndim == 0 else [plain(v) for v in x]


def classification():
    cases = []
    for classes, samples in ((2, 30), (3, 40), (5, 12)):
        target = rng.integers(0, classes, samples)
        scores = np.round(rng.standard_normal((samples, classes)) + np.eye(classes)[target], 1)
        predicted = scores.argmax(1)
        report = M.precision_recall_fscore_support(target, predicted, labels=range(classes), zero_division=0)
        case = {"scores": plain(scores), "target": plain(target), "accuracy": M.accuracy_score(target, predicted),
                "confusionMatrix": plain(M.confusion_matrix(target, predicted, labels=range(classes))),
                "report": [dict(zip(("precision", "recall", "f1", "support"), map(plain, row))) for row in zip(*report)], "averages": []}
        if classes > 2:
            order = np.argsort(-scores, axis=1, kind="stable")
            case["top2"] = float(np.mean([t in row[:2] for t, row in zip(target, order)]))
        for average in ("macro", "micro", "weighted") + (("binary",) if classes == 2 else ()):
            options = {"average": average, "zero_division": 0}
            case["averages"].append({
                "average": average,
                "precision": M.precision_score(target, predicted, **options), "recall": M.recall_score(target, predicted, **options),
                "f1": M.f1_score(target, predicted, **options), "iou": M.jaccard_score(target, predicted, **options),
                "dice": M.f1_score(target, predicted, **options)})
        cases.append(case)
    return cases


def ranking():
    cases = []
    for samples, decimals in ((12, 2), (40, 1), (25, 0)):
        labels = np.r_[0, 1, rng.integers(0, 2, samples - 2)]
        scores = np.round(rng.standard_normal(samples) + labels, decimals) + 0.0
        fpr, tpr, thresholds = M.roc_curve(labels, scores, drop_intermediate=False)
        precision, recall, levels = M.precision_recall_curve(labels, scores)
        cases.append({"scores": plain(scores), "labels": plain(labels),
                      "roc": {"falsePositiveRate": plain(fpr), "truePositiveRate": plain(tpr), "thresholds": plain(thresholds[1:])},
                      "curve": {"precision": plain(precision), "recall": plain(recall), "thresholds": plain(levels)},
                      "rocAuc": M.roc_auc_score(labels, scores), "averagePrecision": M.average_precision_score(labels, scores)})
    target = np.r_[0, 1, 2, rng.integers(0, 3, 20)]
    scores = np.round(rng.uniform(0, 1, (23, 3)) + np.eye(3)[target], 1)
    shares = scores / scores.sum(1, keepdims=True)
    hot = np.eye(3, dtype=int)[target]
    return {"binary": cases, "multiclass": {
        "scores": [[float(v) for v in row] for row in shares], "target": plain(target), "labels": plain(hot),
        "rocAuc": M.roc_auc_score(target, shares, multi_class="ovr"), "averagePrecision": M.average_precision_score(hot, shares)}}


def regression():
    cases = []
    for shape in ((15,), (9, 2)):
        y, p = np.round(rng.standard_normal(shape) * 3 + 100, 2), np.round(rng.standard_normal(shape) * 3 + 100, 2)
        cases.append({"prediction": plain(p), "target": plain(y), "mae": M.mean_absolute_error(y, p), "mse": M.mean_squared_error(y, p),
                      "rmse": math.sqrt(M.mean_squared_error(y, p)), "r2": M.r2_score(y, p)})
    return cases


def ssim(a, b, range_):
    blur = lambda x: gaussian_filter(x, 1.5, truncate=3.5)
    c1, c2 = (0.01 * range_) ** 2, (0.03 * range_) ** 2
    ma, mb = blur(a), blur(b)
    va, vb, vab = blur(a * a) - ma * ma, blur(b * b) - mb * mb, blur(a * b) - ma * mb
    s = ((2 * ma * mb + c1) * (2 * vab + c2)) / ((ma**2 + mb**2 + c1) * (va + vb + c2))
    return s[5:-5, 5:-5].mean()


def images():
    cases = []
    for shape, range_ in (((1, 2, 13, 16), 1), ((2, 1, 12, 11), 255)):
        a = rng.uniform(0, range_, shape)
        b = np.clip(a + rng.standard_normal(shape) * range_ / 10, 0, range_)
        a, b = (np.round(a, 2), np.round(b, 2)) if range_ == 1 else (np.round(a), np.round(b))
        planes = [(x, y) for image, other in zip(a, b) for x, y in zip(image, other)]
        cases.append({"prediction": plain(a), "target": plain(b), "range": range_,
                      "psnr": 10 * math.log10(range_**2 / np.mean((a - b) ** 2)),
                      "ssim": float(np.mean([ssim(x, y, range_) for x, y in planes]))})
    return cases


def bleu(candidates, references, n, smooth):
    matches, totals, length, reference_length = [0] * n, [0] * n, 0, 0
    for candidate, refs in zip(candidates, references):
        for k in range(1, n + 1):
            grams = lambda tokens: Counter(tuple(tokens[i:i + k]) for i in range(len(tokens) - k + 1))
            most = Counter()
            for ref in refs:
                most |= grams(ref)
            matches[k - 1] += sum((grams(candidate) & most).values())
            totals[k - 1] += max(0, len(candidate) - k + 1)
        length += len(candidate)
        reference_length += min((len(ref) for ref in refs), key=lambda r: (abs(r - len(candidate)), r))
    shares = [(m + (smooth and k > 0)) / (t + (smooth and k > 0)) for k, (m, t) in enumerate(zip(matches, totals))]
    if min(shares) == 0:
        return 0
    penalty = 1 if length > reference_length else math.exp(1 - reference_length / length)
    return penalty * math.exp(sum(map(math.log, shares)) / n)


def translations():
    split = lambda *texts: [text.split() for text in texts]
    candidates = split("it is a guide to action which ensures that the military always obeys the commands of the party",
                       "he read the book because he was interested in world history", "the the the the")
    references = [split("it is a guide to action that ensures that the military will forever heed party commands",
                        "it is the guiding principle which guarantees the military forces always being under the command of the party"),
                  split("he was interested in world history because he read the book"), split("the cat is on the mat", "a cat")]
    return [{"candidates": candidates[:size], "references": references[:size], "n": n, "smooth": smooth, "bleu": bleu(candidates[:size], references[:size], n, smooth)}
            for size, n, smooth in ((3, 4, False), (3, 2, False), (3, 4, True), (1, 4, False))] + [
        {"candidates": split("a b c"), "references": [split("a b d e f")], "n": 4, "smooth": smooth,
         "bleu": bleu(split("a b c"), [split("a b d e f")], 4, smooth)} for smooth in (True,)]


if __name__ == "__main__":
    save("metrics.json", madeBy="test/golden/make_metrics.py", sklearn=sklearn.__version__, classification=classification(), ranking=ranking(),
         regression=regression(), images=images(), translations=translations())
