/** Ridge: few days, two thermometers that say nearly the same, and a penalty on the length of the weights. */

import { add, classic, concat, Generator, type Lab, mean, plot, square, sub, sum, tensor, type Tensor } from "nabla";
import { buildings, float64 } from "./buildings.js";

export async function shrink(lab: Lab<{ noise: number; alphas: readonly number[] }>): Promise<void> {
  const { noise, alphas } = lab.settings;
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
}
