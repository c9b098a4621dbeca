/** The model from the data: by least squares, by the normal equations, and as the likeliest of all. */

import { add, classic, Generator, type Lab, linalg, matmul, mean, mul, optim, plot, square, step, sub, tensor, transpose, type Tensor } from "nabla";
import { buildings, features, float64, largest, parameters, truth, withOnes } from "./buildings.js";

/** Noisy days, and the weights of least squares for them, on features in standard units. */
export interface Fitted {
  /** Features in standard units behind a column of ones. */
  readonly standard: Tensor;
  readonly y: Tensor;
  readonly leastSquares: readonly number[];
}

export async function fit(lab: Lab<{ samples: number; noise: number }>): Promise<Fitted> {
  const { samples, noise } = lab.settings;
  lab.text("### The model from the data");
  const { x, y } = buildings(samples, noise, new Generator(0).fork("buildings"));
  const model = await new classic.LinearRegression().fit(x, y);
  const found = await parameters(model);
  const variance = await model.variance.item();

  // θ = (XᵀX)⁻¹Xᵀy, as it is written on the slide.
  const design = withOnes(x);
  const normal = linalg.solve(matmul(transpose(design), design), matmul(transpose(design), y));
  lab.claim("normal-equations", largest(await normal.data(), found));

  // The likeliest θ and σ, by no more than the density of the normal distribution. Features in standard units, so that all slopes are alike.
  const scaler = await new classic.StandardScaler().fit(x);
  const standard = withOnes(await scaler.transform(x));
  const negativeLogLikelihood = (p: Tensor): Tensor => {
    const [theta, logSigma] = [p.slice({ start: 0, end: 5 }), p.slice(5)];
    const residuals = sub(y, matmul(standard, theta));
    return add(add(logSigma, 0.5 * Math.log(2 * Math.PI)), mul(mean(square(residuals)), logSigma.mul(-2).exp().mul(0.5)));
  };
  const likeliest = await optim.minimize(negativeLogLikelihood, [0, 0, 0, 0, 0, 1], { method: (p) => new optim.LBFGS(p, { gradientTolerance: 1e-12 }), maxIterations: 500 });
  const onStandard = await new classic.LinearRegression().fit(await scaler.transform(x), y);
  const leastSquares = await parameters(onStandard);
  lab.claim("maximum-likelihood", largest(likeliest.x.slice(0, 5), leastSquares));
  lab.claim("likelihood-variance", Math.exp(2 * likeliest.x[5]) / variance);

  lab.table(
    "parameters",
    ["constant", ...features].map((name, i) => ({ parameter: name, truth: truth[i], "least squares": found[i] })).concat([{ parameter: "σ", truth: noise, "least squares": Math.sqrt(variance) }]),
    `θ and σ from ${samples.toLocaleString("en-US")} noisy days.`,
  );

  // One slope turned, all else at its best: the mean squared error is lowest where the likelihood is highest.
  const slopes = Array.from({ length: 61 }, (_, i) => found[1] + (i - 30) * 0.002);
  const errors: number[] = [];
  for (const slope of slopes) errors.push(await step(() => mean(square(sub(y, matmul(design, tensor([found[0], slope, ...found.slice(2)], float64)))))).item());
  const likelihoods = errors.map((error) => -0.5 * Math.log(2 * Math.PI * variance) - error / (2 * variance));
  const at = { label: "weight of the temperature outside" };
  lab.figure(
    "likelihood",
    plot.grid(
      [
        plot.lines({ title: "Mean squared error", x: at, y: { label: "J(θ)" }, series: [{ name: "", x: slopes, y: errors, best: "min" }], width: 420, height: 320 }),
        plot.lines({ title: "Logarithm of the likelihood, per day", x: at, y: { label: "log p" }, series: [{ name: "", x: slopes, y: likelihoods, best: "max" }], width: 420, height: 320 }),
      ],
      { columns: 2, width: 760 },
    ),
    "The same curve, upside down: the sum of squares is all of the likelihood that depends on θ.",
  );
  return { standard, y, leastSquares };
}
