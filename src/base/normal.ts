/**
 * Standard normal samples from random words: z = Φ⁻¹((w + ½)·2⁻³²), Φ⁻¹ by algorithm AS 241, routine PPND16
 * (Wichura, Applied Statistics 37, 1988; relative error about 1e-16).
 *
 * Every backend computes this with the same IEEE double operations in the same order (+ − × ÷ and √ are exactly rounded
 * everywhere; the logarithm is the one below; nothing is contracted to a fused multiply-add), so that one seed gives the
 * same bits on all of them. Polynomials are evaluated by Horner's rule.
 */

const word = new Float64Array(1);
const wordBits = new Uint32Array(word.buffer);

/**
 * Natural logarithm of a normal positive double: x = m·2ᵉ with m in (√½, √2], s = (m − 1)/(m + 1) and
 * ln x = (2s)·(1 + z/3 + z²/5 + … + z¹⁰/21) + e·ln 2 with z = s².
 */
function logarithm(x: number): number {
  word[0] = x;
  let e = (wordBits[1] >>> 20) - 1023;
  wordBits[1] = (wordBits[1] & 0xfffff) | 0x3ff00000;
  let m = word[0];
  if (m > Math.SQRT2) {
    m *= 0.5;
    e += 1;
  }
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let series = 1 / 21;
  series = series * z + 1 / 19;
  series = series * z + 1 / 17;
  series = series * z + 1 / 15;
  series = series * z + 1 / 13;
  series = series * z + 1 / 11;
  series = series * z + 1 / 9;
  series = series * z + 1 / 7;
  series = series * z + 1 / 5;
  series = series * z + 1 / 3;
  series = series * z + 1;
  return 2 * s * series + e * Math.LN2;
}

/** Φ⁻¹(p): the z with P(Z ≤ z) = p, for 0 < p < 1. */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    const numerator =
      ((((((2509.0809287301227 * r + 33430.57558358813) * r + 67265.7709270087) * r
        + 45921.95393154987) * r + 13731.69376550946) * r + 1971.5909503065513) * r
        + 133.14166789178438) * r + 3.3871328727963665;
    const denominator =
      ((((((5226.495278852854 * r + 28729.085735721943) * r + 39307.89580009271) * r
        + 21213.794301586597) * r + 5394.196021424751) * r + 687.1870074920579) * r
        + 42.31333070160091) * r + 1;
    return (q * numerator) / denominator;
  }
  let r = Math.sqrt(-logarithm(q < 0 ? p : 1 - p));
  let numerator: number;
  let denominator: number;
  if (r <= 5) {
    r -= 1.6;
    numerator =
      ((((((0.0007745450142783414 * r + 0.022723844989269184) * r + 0.2417807251774506) * r
        + 1.2704582524523684) * r + 3.6478483247632045) * r + 5.769497221460691) * r
        + 4.630337846156546) * r + 1.4234371107496835;
    denominator =
      ((((((1.0507500716444169e-9 * r + 0.0005475938084995345) * r + 0.015198666563616457) * r
        + 0.14810397642748008) * r + 0.6897673349851) * r + 1.6763848301838038) * r
        + 2.053191626637759) * r + 1;
  } else {
    r -= 5;
    numerator =
      ((((((2.0103343992922881e-7 * r + 2.7115555687434876e-5) * r + 0.0012426609473880784) * r
        + 0.026532189526576124) * r + 0.29656057182850487) * r + 1.7848265399172913) * r
        + 5.463784911164114) * r + 6.657904643501103;
    denominator =
      ((((((2.0442631033899397e-15 * r + 1.421511758316446e-7) * r + 1.8463183175100548e-5) * r
        + 0.0007868691311456133) * r + 0.014875361290850615) * r + 0.1369298809227358) * r
        + 0.599832206555888) * r + 1;
  }
  const z = numerator / denominator;
  return q < 0 ? -z : z;
}

/** The normal sample that a random 32-bit word stands for. */
export function normalFromWord(w: number): number {
  return normalQuantile((w + 0.5) * 2 ** -32);
}

/** Φ(z) = P(Z ≤ z), the inverse of `normalQuantile`, to its precision also where it is tiny: by bisection of log Φ. */
export function normalProbability(z: number): number {
  if (z > 0) return 1 - normalProbability(-z);
  if (z < -37) return 0;
  let [low, high] = [-700, Math.log(0.5)];
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (normalQuantile(Math.exp(middle)) < z) low = middle;
    else high = middle;
  }
  return Math.exp(high);
}
