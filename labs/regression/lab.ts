/** Regression: least squares, found in closed form, by gradient descent, and as the likeliest of all models with normal noise. */

import { add, classic, concat, defineLab, Generator, linalg, matmul, mean, mul, ones, optim, plot, square, step, sub, sum, tensor, transpose, type Tensor } from "nabla";

const float64 = { dtype: "float64" } as const;

/** What the temperature of a building is made of: a constant, and so much for each degree outside, percent of humidity, person and percent of sun. */
const truth = [0.2, 0.64, 0, 1, 0.14];
const features = ["outside", "humidity", "people", "sun"];

/** Days with their weather, and the temperature inside with normal noise. */
function buildings(count: number, noise: number, random: Generator): { readonly x: Tensor; readonly y: Tensor } {
  const rows = Array.from({ length: count }, () => [-10 + 40 * random.float(), 20 + 70 * random.float(), random.integer(10), 100 * random.float()]);
  const targets = rows.map((row) => truth[0] + row.reduce((total, value, i) => total + value * truth[i + 1], 0) + noise * random.normal());
  return { x: tensor(rows, float64), y: tensor(targets, float64) };
}

/** A column of ones in front, so that θ₀ is a weight like the others. */
const withOnes = (x: Tensor): Tensor => concat([ones([x.shape[0], 1], float64), x], 1);

const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number => Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));
const parameters = async ({ coef, intercept }: { readonly coef: Tensor; readonly intercept: Tensor }): Promise<number[]> => [await intercept.item(), ...(await coef.data())];

export default defineLab({
  settings: {
    samples: { quick: 500, full: 20_000, min: 20, whole: true, about: "days to learn from" },
    noise: { value: 2, above: 0, about: "standard deviation of the noise, in degrees" },
    rate: { value: 0.1, above: 0, about: "learning rate of gradient descent, on standardised features" },
    steps: { value: 400, min: 1, whole: true, about: "steps of gradient descent" },
    alphas: { value: [0.01, 0.1, 1, 10, 100, 1000, 10_000], above: 0, about: "strengths of the ridge penalty" },
  },
  seeds: { quick: 5, full: 20 },

  async run(lab) {
    const { samples, noise, rate, steps, alphas } = lab.settings;

    lab.text("### A model at work");
    const days = [[1, 25, 50, 2, 50], [1, -10, 50, 0, 10]];
    const temperatures = await matmul(tensor(days, float64), tensor(truth, float64)).data();
    lab.table("prediction", days.map(([, outside, humidity, people, sun], i) => ({ "outside (°C)": outside, "humidity (%)": humidity, people, "sun (%)": sun, "inside (°C)": Number(temperatures[i].toFixed(4)) })), "ŷ = Xθ with θ = (0.2, 0.64, 0, 1, 0.14).");
    lab.claim("prediction", Array.from(temperatures));

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

    lab.text("### Gradient descent");
    const distances: number[] = [];
    const path: number[][] = [];
    const theta = tensor([0, 0, 0, 0, 0], { ...float64, requiresGrad: true });
    const descent = new optim.SGD([theta], { lr: rate });
    for (let i = 0; i <= steps; i++) {
      await lab.progress(i, steps, "gradient descent");
      const now = await theta.data();
      distances.push(largest(now, leastSquares));
      path.push([now[1], now[4]]);
      step(() => {
        descent.zeroGrad();
        mean(square(sub(matmul(standard, theta), y))).backward();
        descent.step();
      });
    }
    lab.figure(
      "descent",
      plot.lines({ title: "Gradient descent on the way to the closed form", x: { label: "step" }, y: { label: "largest difference of a weight", scale: "log" }, series: [{ name: "", x: distances.map((_, i) => i), y: distances }] }),
      distances[distances.length - 1] < distances[0]
        ? `Learning rate ${rate}, on standardised features. A straight line on this scale: each step takes away the same share of what is left, until rounding stops it.`
        : `Learning rate ${rate}: too large. Each step goes further beyond the minimum than it was before it, and the weights diverge; below 1 they arrive.`,
    );
    lab.claim("descent", distances[distances.length - 1]);

    // J over two of the weights, the others at their best.
    const quadratic = async (a: number, b: number): Promise<number> => step(() => mean(square(sub(matmul(standard, tensor([leastSquares[0], a, leastSquares[2], leastSquares[3], b], float64)), y)))).item();
    const ranges = [1, 4].map((i): [number, number] => [-1, 2 * leastSquares[i]]);
    const heights: number[][] = [];
    for (let row = 0; row < 30; row++) {
      const line: number[] = [];
      for (let column = 0; column < 30; column++) line.push(await quadratic(ranges[0][0] + ((ranges[0][1] - ranges[0][0]) * column) / 29, ranges[1][0] + ((ranges[1][1] - ranges[1][0]) * row) / 29));
      heights.push(line);
    }
    lab.figure(
      "valley",
      plot.contour({ title: "J over two weights", f: heights, x: { label: "outside, standardised", range: ranges[0] }, y: { label: "sun, standardised", range: ranges[1] }, trajectories: [{ name: "gradient descent", points: path.slice(0, 60) }] }),
      "The loss is a bowl, with one lowest point: wherever descent begins, it ends there.",
    );

    lab.text("### Ridge");
    // Few days, and a fifth feature that is nearly the first: least squares does not know which of the two to believe.
    const norms: number[][] = alphas.map(() => []);
    const tests: number[][] = alphas.map(() => []);
    const plain: number[] = [];
    for (const seed of lab.seeds) {
      await lab.progress(seed, lab.seeds.length, "ridge");
      const random = new Generator(seed).fork("ridge");
      const [few, many] = [buildings(8, noise, random), buildings(1000, noise, random)];
      const second = async (each: Tensor): Promise<Tensor> => {
        const [outside] = [each.slice(null, { end: 1 })];
        const jitter = tensor(Array.from({ length: each.shape[0] }, () => [0.5 * random.normal()]), float64);
        return concat([each, add(outside, jitter)], 1);
      };
      const [xs, xsTest] = [await second(few.x), await second(many.x)];
      const scale = await new classic.StandardScaler().fit(xs);
      const [a, b] = [await scale.transform(xs), await scale.transform(xsTest)];
      const errorOf = async (each: classic.Regressor): Promise<number> => mean(square(sub(await each.predict(b), many.y))).item();
      const normOf = async (coef: Tensor): Promise<number> => Math.sqrt(await sum(square(coef)).item());
      plain.push(await errorOf(await new classic.LinearRegression().fit(a, few.y)));
      for (const [i, alpha] of alphas.entries()) {
        const ridge = await new classic.Ridge({ alpha }).fit(a, few.y);
        norms[i].push(await normOf(ridge.coef));
        tests[i].push(await errorOf(ridge));
      }
    }
    const average = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0) / values.length;
    const [meanNorms, meanTests, meanPlain] = [norms.map(average), tests.map(average), average(plain)];
    lab.figure(
      "ridge",
      plot.grid(
        [
          plot.lines({ title: "Length of the weights", x: { label: "alpha", scale: "log" }, y: { label: "‖w‖" }, series: [{ name: "", x: alphas, y: meanNorms, points: true }], width: 420, height: 320 }),
          plot.lines({
            title: "Mean squared error on new days",
            x: { label: "alpha", scale: "log" },
            y: { label: "error (°C²)", scale: "log" },
            series: [{ name: "ridge", x: alphas, y: meanTests, best: "min", points: true }, { name: "least squares", x: alphas, y: alphas.map(() => meanPlain), line: "dashed" }],
            width: 420,
            height: 320,
          }),
        ],
        { columns: 2, width: 760 },
      ),
      "Learned from 8 days, with a second thermometer outside that is off by half a degree. A little penalty helps, a large one leaves nothing but the mean.",
    );
    lab.claim("ridge-shrinks", meanNorms.every((norm, i) => i === 0 || norm < meanNorms[i - 1]) ? "shorter at every step" : "not always shorter");
    lab.claim("ridge-helps", Math.min(...meanTests) < meanPlain ? ["ridge", "least squares"] : ["least squares", "ridge"]);
  },
});
