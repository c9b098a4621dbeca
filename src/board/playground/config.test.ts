import fc from "fast-check";
import { expect, it } from "vitest";
import { activationNames, type Config, dataNames, defaults, initNames, inputNames, limits, optimizerNames, penaltyNames, readConfig, writeConfig } from "./config.js";

const whole = ({ low, high }: { low: number; high: number }): fc.Arbitrary<number> => fc.integer({ min: low, max: high });
const real = ({ low, high }: { low: number; high: number }): fc.Arbitrary<number> => fc.double({ min: low, max: high, noNaN: true });

const configs: fc.Arbitrary<Config> = fc.record({
  data: fc.constantFrom(...dataNames),
  classes: whole(limits.classes),
  samples: whole(limits.samples),
  noise: real(limits.noise).map(Math.abs),
  share: real(limits.share),
  seed: whole(limits.seed),
  batch: whole(limits.batch),
  inputs: fc.subarray([...inputNames], { minLength: 1 }),
  layers: fc.array(whole(limits.units), { maxLength: 6 }),
  activation: fc.constantFrom(...activationNames),
  init: fc.constantFrom(...initNames),
  penalty: fc.constantFrom(...penaltyNames),
  rate: real(limits.rate).map(Math.abs),
  optimizer: fc.constantFrom(...optimizerNames),
  lr: real(limits.lr),
});

it("any configuration comes back from its address", () => {
  fc.assert(
    fc.property(configs, (config) => {
      expect(readConfig(new URLSearchParams(writeConfig(config).toString()))).toEqual({ config, notes: [] });
    }),
  );
});

it("an address without parameters is the usual configuration", () => {
  expect(readConfig(new URLSearchParams())).toEqual({ config: defaults, notes: [] });
});

it.each([
  ["d=mnist", "data", "expected one of circles, moons"],
  ["n=1e9", "samples", "expected a whole number from 20 to 2000"],
  ["n=30.5", "samples", "expected a whole number"],
  ["e=0", "lr", "expected a number from 0.000001 to 1000"],
  ["e=NaN", "lr", "expected a number"],
  ["x=", "inputs", "expected numbers from 1 to 7"],
  ["x=9", "inputs", "expected numbers from 1 to 7"],
  ["l=6.4.2.2.2.2.2", "layers", "at most 6"],
  ["l=6.99", "layers", "from 1 to 32"],
  ["a=<script>", "activation", "the address says “<script>”"],
])("%s falls back with a note", (query, name, said) => {
  const { config, notes } = readConfig(new URLSearchParams(query));
  expect(config).toEqual(defaults);
  expect(notes).toHaveLength(1);
  expect(notes[0]).toContain(`${name}: `);
  expect(notes[0]).toContain(said);
});
