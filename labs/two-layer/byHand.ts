/**
 * The network of two layers written by hand, without a tensor: ŷ = Wo · max(0, Wi x + bi) + bo for a point x of the plane, the derivatives of the logistic
 * loss log(1 + exp(−y ŷ)) by the chain rule, and a step of gradient descent after each sample.
 */

/** Points of the plane and their classes. */
export interface Points {
  /** x₀, x₁ of each point, one after the other. */
  readonly x: Float64Array;
  /** 1 or −1. */
  readonly y: Float64Array;
}

/** Numbers in the order of Wi (row by row), bi, Wo, bo. */
export interface Parameters {
  readonly wi: readonly number[];
  readonly bi: readonly number[];
  readonly wo: readonly number[];
  readonly bo: number;
}

export class TwoLayer {
  readonly wi: Float64Array;
  readonly bi: Float64Array;
  readonly wo: Float64Array;
  bo: number;
  /** The hidden units of the last forward pass: what backward needs. */
  readonly hidden: Float64Array;
  /** Derivatives of the last backward pass. */
  readonly gradient: { readonly wi: Float64Array; readonly bi: Float64Array; readonly wo: Float64Array; bo: number };

  constructor({ wi, bi, wo, bo }: Parameters) {
    this.wi = Float64Array.from(wi);
    this.bi = Float64Array.from(bi);
    this.wo = Float64Array.from(wo);
    this.bo = bo;
    const units = bi.length;
    this.hidden = new Float64Array(units);
    this.gradient = { wi: new Float64Array(2 * units), bi: new Float64Array(units), wo: new Float64Array(units), bo: 0 };
  }

  get parameters(): Parameters {
    return { wi: Array.from(this.wi), bi: Array.from(this.bi), wo: Array.from(this.wo), bo: this.bo };
  }

  /** The score ŷ: class 1 above 0. */
  forward(x0: number, x1: number): number {
    const { wi, bi, wo, hidden } = this;
    let score = this.bo;
    for (let k = 0; k < hidden.length; k++) {
      const sum = wi[2 * k] * x0 + wi[2 * k + 1] * x1 + bi[k];
      hidden[k] = sum > 0 ? sum : 0;
      score += wo[k] * hidden[k];
    }
    return score;
  }

  /** Forward, and then back to all parameters. @returns the loss */
  backward(x0: number, x1: number, y: number): number {
    const margin = y * this.forward(x0, x1);
    const { wo, hidden, gradient } = this;
    // ∂s/∂ŷ = −y exp(−yŷ) / (1 + exp(−yŷ))
    const dScore = -y / (1 + Math.exp(margin));
    gradient.bo = dScore;
    for (let k = 0; k < hidden.length; k++) {
      gradient.wo[k] = dScore * hidden[k];
      const dHidden = hidden[k] > 0 ? dScore * wo[k] : 0;
      gradient.bi[k] = dHidden;
      gradient.wi[2 * k] = dHidden * x0;
      gradient.wi[2 * k + 1] = dHidden * x1;
    }
    return Math.log1p(Math.exp(-margin));
  }

  /** θ ← θ − rate · ∂s/∂θ */
  step(rate: number): void {
    const { wi, bi, wo, gradient } = this;
    for (let k = 0; k < bi.length; k++) {
      wi[2 * k] -= rate * gradient.wi[2 * k];
      wi[2 * k + 1] -= rate * gradient.wi[2 * k + 1];
      bi[k] -= rate * gradient.bi[k];
      wo[k] -= rate * gradient.wo[k];
    }
    this.bo -= rate * gradient.bo;
  }

  /** Share of points on the wrong side. */
  error({ x, y }: Points): number {
    let wrong = 0;
    for (let i = 0; i < y.length; i++) if (!(y[i] * this.forward(x[2 * i], x[2 * i + 1]) > 0)) wrong++;
    return wrong / y.length;
  }
}
