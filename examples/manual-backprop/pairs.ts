/**
 * Backpropagation by hand: each function has a forward, which gives its result and a cache of what its derivative needs, and a
 * backward, which takes dL/dy and the cache and gives dL/d(inputs). Nothing here uses autograd.
 */

import {
  add, concat, div, ge, gt, log, matmul, mean, mul, neg, oneHot, relu, sigmoid, sign, slice, softmax, square, sub, sum, tanh, type Tensor,
  transpose, where, zerosLike,
} from "nabla";

/** y = x W + b. x: [N, D], w: [D, M], b: [M] → [N, M]. */
export const affine = {
  forward: (x: Tensor, w: Tensor, b: Tensor) => ({ y: add(matmul(x, w), b), cache: { x, w } }),
  // A batch adds up in W and b, because every sample used them.
  backward: (dy: Tensor, { x, w }: { x: Tensor; w: Tensor }) => ({
    dx: matmul(dy, transpose(w)),
    dw: matmul(transpose(x), dy),
    db: sum(dy, { axis: 0 }),
  }),
};

/** y = max(0, x): the gradient passes where x was positive. */
export const reluPair = {
  forward: (x: Tensor) => ({ y: relu(x), cache: x }),
  backward: (dy: Tensor, x: Tensor) => where(gt(x, 0), dy, zerosLike(dy)),
};

/** y = σ(x), dy/dx = y (1 − y). */
export const sigmoidPair = {
  forward: (x: Tensor) => {
    const y = sigmoid(x);
    return { y, cache: y };
  },
  backward: (dy: Tensor, y: Tensor) => mul(dy, mul(y, sub(1, y))),
};

/** y = tanh x, dy/dx = 1 − y². */
export const tanhPair = {
  forward: (x: Tensor) => {
    const y = tanh(x);
    return { y, cache: y };
  },
  backward: (dy: Tensor, y: Tensor) => mul(dy, sub(1, square(y))),
};

type Difference = { difference: Tensor };

/** L = mean |p − t|. */
export const l1 = {
  forward: (p: Tensor, t: Tensor) => {
    const difference = sub(p, t);
    return { loss: mean(where(ge(difference, 0), difference, neg(difference))), cache: { difference } };
  },
  backward: ({ difference }: Difference) => div(sign(difference), difference.size),
};

/** L = mean (p − t)². */
export const mse = {
  forward: (p: Tensor, t: Tensor) => {
    const difference = sub(p, t);
    return { loss: mean(square(difference)), cache: { difference } };
  },
  backward: ({ difference }: Difference) => mul(difference, 2 / difference.size),
};

/** L = −mean (t log p + (1 − t) log(1 − p)), p in (0, 1). */
export const bce = {
  forward: (p: Tensor, t: Tensor) => {
    const loss = neg(mean(add(mul(t, log(p)), mul(sub(1, t), log(sub(1, p))))));
    return { loss, cache: { p, t } };
  },
  backward: ({ p, t }: { p: Tensor; t: Tensor }) => div(div(sub(p, t), mul(p, sub(1, p))), p.size),
};

/** L = −mean log softmax(s)[label]. s: [N, C], labels: int32 [N]. Softmax and logarithm together have a simple derivative. */
export const softmaxCrossEntropy = {
  forward: (scores: Tensor, labels: Tensor) => {
    const p = softmax(scores);
    const target = oneHot(labels, scores.shape[1]).to(scores.dtype);
    return { loss: neg(mean(log(sum(mul(p, target), { axis: 1 })))), cache: { p, target } };
  },
  backward: ({ p, target }: { p: Tensor; target: Tensor }) => div(sub(p, target), p.shape[0]),
};

interface LstmCache {
  x: Tensor;
  h: Tensor;
  c: Tensor;
  wx: Tensor;
  wh: Tensor;
  gates: readonly [i: Tensor, f: Tensor, g: Tensor, o: Tensor];
  tanhC: Tensor;
}

/**
 * One step of an LSTM. x: [N, D], h and c: [N, H], wx: [D, 4H], wh: [H, 4H], b: [4H] → next h and c. The four gates lie side by side in the order
 * input, forget, cell, output. Hochreiter & Schmidhuber 1997.
 */
export const lstmStep = {
  forward: (x: Tensor, h: Tensor, c: Tensor, wx: Tensor, wh: Tensor, b: Tensor) => {
    const a = add(add(matmul(x, wx), matmul(h, wh)), b);
    const size = h.shape[1];
    const part = (k: number): Tensor => slice(a, null, { start: k * size, end: (k + 1) * size });
    const gates = [sigmoid(part(0)), sigmoid(part(1)), tanh(part(2)), sigmoid(part(3))] as const;
    const [i, f, g, o] = gates;
    const nextC = add(mul(f, c), mul(i, g));
    const tanhC = tanh(nextC);
    return { h: mul(o, tanhC), c: nextC, cache: { x, h, c, wx, wh, gates, tanhC } };
  },
  // dh and dc are the gradients of the next h and c; c has a second way to the loss, through h.
  backward: (dh: Tensor, dc: Tensor, { x, h, c, wx, wh, gates: [i, f, g, o], tanhC }: LstmCache) => {
    const dNextC = add(dc, mul(mul(dh, o), sub(1, square(tanhC))));
    const da = concat(
      [
        sigmoidPair.backward(mul(dNextC, g), i),
        sigmoidPair.backward(mul(dNextC, c), f),
        tanhPair.backward(mul(dNextC, i), g),
        sigmoidPair.backward(mul(dh, tanhC), o),
      ],
      1,
    );
    return {
      dx: matmul(da, transpose(wx)),
      dh: matmul(da, transpose(wh)),
      dc: mul(dNextC, f),
      dwx: matmul(transpose(x), da),
      dwh: matmul(transpose(h), da),
      db: sum(da, { axis: 0 }),
    };
  },
};
