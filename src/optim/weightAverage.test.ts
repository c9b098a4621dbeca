import { expect, test } from "vitest";
import { memoryStats, nn, optim, step, type Tensor, tensor, zeros } from "../index.js";

const weight = (...values: number[]): Tensor => nn.parameter(tensor(values, { dtype: "float64" }));

test("without decay: the mean of all updates", async () => {
  const w = weight(0, 0);
  const average = new optim.WeightAverage([w]);
  const seen = [[1, 2], [4, -2], [7, 3]];
  for (const values of seen) {
    w.copyFrom(Float64Array.from(values));
    average.update();
  }
  expect(await average.use(() => w.array())).toEqual([expect.closeTo(4, 14), expect.closeTo(1, 14)]);
  expect(await w.array()).toEqual([7, 3]);
  expect(average.updates).toBe(3);
});

test("with decay: as the recurrence says, and to the same bits after loading", async () => {
  const w = weight(1);
  const average = new optim.WeightAverage([w], { decay: 0.9 });
  let expected = 0;
  for (let i = 1; i <= 5; i++) {
    w.copyFrom(Float64Array.of(i * i));
    average.update();
    expected = i === 1 ? 1 : 0.9 * expected + 0.1 * i * i;
  }
  expect(await average.use(() => w.item())).toBeCloseTo(expected, 12);
  const again = new optim.WeightAverage([w], { decay: 0.9 });
  again.loadStateDict(average.stateDict());
  for (const one of [average, again]) one.update();
  expect(await again.use(() => w.data())).toEqual(await average.use(() => w.data()));
});

test("the weights come back after an error, and nothing is left behind", async () => {
  const w = weight(1, 2, 3);
  const average = new optim.WeightAverage([w], { decay: 0.5 });
  average.update();
  w.copyFrom(Float64Array.of(9, 9, 9));
  await expect(average.use(() => { throw new Error("no"); })).rejects.toThrow("no");
  expect(await w.array()).toEqual([9, 9, 9]);
  const before = memoryStats().bytesInUse;
  for (let i = 0; i < 3; i++) average.update();
  step(() => average.update());
  await average.use(() => 1);
  expect(memoryStats().bytesInUse).toBe(before);
});

test("mistakes have names", async () => {
  const w = weight(1);
  expect(() => new optim.WeightAverage([])).toThrow("WeightAverage: there are no parameters");
  expect(() => new optim.WeightAverage([w], { decay: 2 })).toThrow("decay must be from 0 to 1, got 2");
  expect(() => Reflect.construct(optim.WeightAverage, [new nn.Linear(1, 1)])).toThrow("expected a list of parameters");
  const average = new optim.WeightAverage([w]);
  await expect(average.use(() => 1)).rejects.toThrow("there is no average yet; call update() first");
  average.update();
  await expect(average.use(() => average.update())).rejects.toThrow("the model holds the averages now");
  await expect(average.use(() => average.use(() => 1))).rejects.toThrow("in use already");
  expect(() => new optim.WeightAverage([zeros([2])]).loadStateDict(average.stateDict())).toThrow("averages of shapes [1] do not fit parameters of shapes [2]");
});
