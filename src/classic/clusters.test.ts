import { expect, test } from "vitest";
import { classic, data, linalg, matmul, nn, optim, randn, ShapeError, step, sub, type Tensor, tensor, ValueError } from "../index.js";

const points = (options: data.BlobsOptions = {}): Tensor => data.blobs({ samples: 200, centers: [[0, 0], [8, 0], [0, 8], [8, 8]], std: 0.5, seed: 2, ...options }).tensors().x;

test("k-means++ finds clusters that lie apart, from one start", async () => {
  for (let seed = 0; seed < 10; seed++) {
    const model = await new classic.KMeans({ k: 4, nInit: 1, seed }).fit(points());
    expect(model.inertia).toBeLessThan(200);
  }
});

test("equal seeds give equal clusters; more starts are never worse", async () => {
  const x = points({ centers: 12, samples: 300 });
  const fit = (nInit: number, init: "random" | "k-means++"): Promise<classic.KMeans> => new classic.KMeans({ k: 12, nInit, init, seed: 5 }).fit(x);
  const [one, again, ten] = [await fit(1, "random"), await fit(1, "random"), await fit(10, "random")];
  expect(await again.centers.array()).toEqual(await one.centers.array());
  expect(ten.inertia).toBeLessThanOrEqual(one.inertia);
  expect((await fit(1, "k-means++")).inertia).toBeLessThan(one.inertia);
});

test("float32 samples far from 0 are clustered as float64 ones", async () => {
  const x = points().to("float64").add(5000);
  const [single, double] = [await new classic.KMeans({ k: 4 }).fit(x.to("float32")), await new classic.KMeans({ k: 4 }).fit(x)];
  expect(single.inertia / double.inertia).toBeCloseTo(1, 3);
  expect(await (await single.predict(x.to("float32"))).array()).toEqual(await (await single.predict(x)).array());
});

test("more centres than different samples: every sample has one", async () => {
  const model = await new classic.KMeans({ k: 3 }).fit([[0], [0], [0], [5]]);
  expect(model.inertia).toBe(0);
  expect(model.converged).toBe(true);
});

test("coverage A5: an autoencoder without non-linearity spans the subspace of the principal components", async () => {
  const x = randn([60, 2], { dtype: "float64" }).matmul(tensor([[2, 1, 0, -1, 0.5], [0, 1, -1, 0.5, 1]], { dtype: "float64" })).add(randn([60, 5], { dtype: "float64" }).mul(0.1));
  const centred = x.sub(x.mean({ axis: 0 }));
  const [encode, decode] = [new nn.Linear(5, 2, { bias: false }).to("float64"), new nn.Linear(2, 5, { bias: false }).to("float64")];
  const optimizer = new optim.LBFGS([...encode.parameters(), ...decode.parameters()]);
  for (let i = 0; i < 300 && optimizer.reason === null; i++) await optimizer.step(() => sub(decode.forward(encode.forward(centred)), centred).square().sum());
  const pca = await new classic.PCA({ nComponents: 2 }).fit(x);
  // Projections on both subspaces are the same matrix.
  const [v, w] = [pca.components, decode.weight.detach()];
  const projection = matmul(matmul(w, linalg.inv(w.transpose().matmul(w))), w.transpose());
  expect(await sub(projection, v.transpose().matmul(v)).abs().max().item()).toBeLessThan(1e-4);
});

test("whitened components are uncorrelated and of variance 1; directions without variance are left alone", async () => {
  const x = randn([50, 2], { dtype: "float64" }).matmul(tensor([[1, 2, 3], [0, 1, 1]], { dtype: "float64" }));
  const pca = await new classic.PCA({ whiten: true }).fit(x);
  const z = await pca.transform(x);
  const covariance = await z.transpose().matmul(z).div(49).data();
  [1, 0, 0, 0, 1, 0, 0, 0, 0].forEach((value, i) => expect(covariance[i]).toBeCloseTo(value, 10));
  expect(await sub(await pca.inverseTransform(z), x).abs().max().item()).toBeLessThan(1e-12);
});

test("the fields of a fit inside a step stay", async () => {
  const pca = new classic.PCA({ nComponents: 1 });
  const means = new classic.KMeans({ k: 2 });
  await step(async () => void (await pca.fit([[0, 1], [2, 3]]), await means.fit([[0], [1]])));
  expect(Math.abs((await pca.components.data())[0])).toBeCloseTo(Math.SQRT1_2);
  expect([...(await means.centers.data())].sort()).toEqual([0, 1]);
});

test.each<[string, () => unknown, typeof ValueError | typeof ShapeError, RegExp]>([
  ["half a component", () => new classic.PCA({ nComponents: 1.5 }), ValueError, /PCA: nComponents must be a whole number from 1 on, or a share of the variance above 0 and below 1, got 1.5/],
  ["no component", () => new classic.PCA({ nComponents: 0 }), ValueError, /got 0/],
  ["too many components", () => new classic.PCA({ nComponents: 3 }).fit([[1, 2], [3, 5], [0, 1]]), ValueError, /3 samples of 2 features have 2 components, but nComponents is 3/],
  ["one sample", () => new classic.PCA().fit([[1, 2]]), ValueError, /one sample has no variance/],
  ["equal samples", () => new classic.PCA().fit([[1, 2], [1, 2]]), ValueError, /all samples are equal/],
  ["other coordinates", async () => (await new classic.PCA().fit([[1, 2], [3, 5]])).inverseTransform([[1]]), ShapeError, /PCA.inverseTransform: it was fitted to samples of 2 features, but these have 1/],
  ["too many clusters", () => new classic.KMeans({ k: 3 }).fit([[1], [2]]), ValueError, /KMeans.fit: k is 3, but there are only 2 samples/],
  ["an unknown start", () => new classic.KMeans({ init: "far" as "random" }), ValueError, /init must be "k-means\+\+", "random" or centres \[K, D\], got "far"/],
  ["centres of another shape", () => new classic.KMeans({ k: 2, init: [[0, 0]] }).fit([[1], [2]]), ShapeError, /init must be centres \[2, 1\], but is \[1, 2\]/],
  ["half a cluster", () => new classic.KMeans({ k: 2.5 }), ValueError, /k must be a whole number/],
])("refuses %s", async (_what, run, type, message) => {
  await expect((async () => run())()).rejects.toThrow(type);
  await expect((async () => run())()).rejects.toThrow(message);
});
