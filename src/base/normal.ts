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
      ((((((2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r + 6.7265770927008700853e4) * r
        + 4.5921953931549871457e4) * r + 1.3731693765509461125e4) * r + 1.9715909503065514427e3) * r
        + 1.3314166789178437745e2) * r + 3.387132872796366608;
    const denominator =
      ((((((5.226495278852854561e3 * r + 2.8729085735721942674e4) * r + 3.930789580009271061e4) * r
        + 2.1213794301586595867e4) * r + 5.3941960214247511077e3) * r + 6.871870074920579083e2) * r
        + 4.2313330701600911252e1) * r + 1;
    return (q * numerator) / denominator;
  }
  let r = Math.sqrt(-logarithm(q < 0 ? p : 1 - p));
  let numerator: number;
  let denominator: number;
  if (r <= 5) {
    r -= 1.6;
    numerator =
      ((((((7.7454501427834140764e-4 * r + 2.27238449892691845833e-2) * r + 2.4178072517745061177e-1) * r
        + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r
        + 4.6303378461565452959) * r + 1.42343711074968357734;
    denominator =
      ((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 1.51986665636164571966e-2) * r
        + 1.4810397642748007459e-1) * r + 6.8976733498510000455e-1) * r + 1.6763848301838038494) * r
        + 2.05319162663775882187) * r + 1;
  } else {
    r -= 5;
    numerator =
      ((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 1.2426609473880784386e-3) * r
        + 2.6532189526576123093e-2) * r + 2.9656057182850489123e-1) * r + 1.7848265399172913358) * r
        + 5.4637849111641143699) * r + 6.6579046435011037772;
    denominator =
      ((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
        + 7.868691311456132591e-4) * r + 1.48753612908506148525e-2) * r + 1.3692988092273580531e-1) * r
        + 5.9983220655588793769e-1) * r + 1;
  }
  const z = numerator / denominator;
  return q < 0 ? -z : z;
}

/** The normal sample that a random 32-bit word stands for. */
export function normalFromWord(w: number): number {
  return normalQuantile((w + 0.5) * 2 ** -32);
}
