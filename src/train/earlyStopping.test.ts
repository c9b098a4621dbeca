import { describe, expect, test } from "vitest";
import { crossEntropy, earlyStopping, Generator, keep, manualSeed, nn, optim, tensor, Trainer } from "../index.js";
import type { Batches } from "./batches.js";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.js";
import type { Listener } from "./events.js";
import type { TrainerState } from "./state.js";
import { sha256OfTensors } from "./weightsHash.js";

const steps = 3;

/** Noisy points of two classes, so few that training soon learns them by heart. */
function points(seed: number): Batches {
  return {
    length: steps,
    dataset: { length: 8 * steps },
    async *epoch(_epoch, { start = 0 } = {}) {
      const generator = new Generator(seed);
      for (let step = 0; step < steps; step++) {
        const labels = Int32Array.from({ length: 8 }, () => generator.integer(2));
        const x = Float32Array.from({ length: 32 }, (_, i) => 1.5 * generator.normal() + labels[i >> 2]);
        if (step >= start) yield { x: keep(tensor(x, { shape: [8, 4] })), y: keep(tensor(labels)) };
      }
    },
  };
}

const [training, validation, epochs] = [points(3), points(9), 40];

function build(...listeners: Listener[]): Trainer {
  manualSeed(2);
  const model = new nn.Sequential(new nn.Linear(4, 24), new nn.BatchNorm1d(24), new nn.Tanh(), new nn.Dropout(0.2), new nn.Linear(24, 2));
  return new Trainer({ model, optimizer: new optim.Adam(model.parameters(), { lr: 0.02 }), loss: crossEntropy, monitor: "loss", listeners });
}

const fingerprint = async (trainer: Trainer): Promise<string> => sha256OfTensors((await trainer.state()).model);

/** Weights after each epoch. */
async function withoutStopping(): Promise<{ losses: number[]; weights: string[] }> {
  const weights: string[] = [];
  const trainer = build();
  trainer.listen({ epochEnd: async () => void weights.push(await fingerprint(trainer)) });
  const { history } = await trainer.fit(training, validation, { epochs });
  return { losses: history.map((record) => record.validation!.loss), weights };
}

describe("early stopping", () => {
  test("ends the training patience epochs after the best one, whose weights come back", async () => {
    const { losses, weights } = await withoutStopping();
    const trainer = build();
    trainer.listen(earlyStopping({ trainer, patience: 3 }));
    const { status, history, reason } = await trainer.fit(training, validation, { epochs });
    const best = losses.findIndex((loss, i) => losses.slice(i + 1, i + 5).every((later) => later >= loss));
    expect(best).toBeGreaterThan(0);
    expect(history).toHaveLength(best + 1 + 4);
    expect(status).toBe("finished");
    expect(reason).toBe(`early stopping: loss no better than in epoch ${best + 1} for 4 epochs`);
    expect(await fingerprint(trainer)).toBe(weights[best]);
  });

  test("without restoreBest the last weights stay", async () => {
    const { weights } = await withoutStopping();
    const trainer = build();
    trainer.listen(earlyStopping({ trainer, patience: 3, restoreBest: false }));
    const { history } = await trainer.fit(training, validation, { epochs });
    expect(await fingerprint(trainer)).toBe(weights[history.length - 1]);
  });

  test("when all epochs are done, the best weights come back too", async () => {
    const { losses, weights } = await withoutStopping();
    const trainer = build();
    trainer.listen(earlyStopping({ trainer, patience: 100 }));
    const { reason } = await trainer.fit(training, validation, { epochs });
    expect(reason).toBeUndefined();
    expect(await fingerprint(trainer)).toBe(weights[losses.indexOf(Math.min(...losses))]);
  });

  test.each(["before", "after"])("a run that is resumed anywhere stops at the same epoch with the same weights; checkpoints written %s it", async (order) => {
    const wholeTrainer = build();
    wholeTrainer.listen(earlyStopping({ trainer: wholeTrainer, patience: 3 }));
    const whole = await wholeTrainer.fit(training, validation, { epochs });
    const expected = await fingerprint(wholeTrainer);
    const lastStep = steps * whole.history.length;

    for (let at = 1; at <= lastStep; at += 1) {
      // The checkpoint is that of step `at`, or of its epoch's end.
      let saved: TrainerState | undefined;
      const broken = build();
      const controller = new AbortController();
      const save = async (): Promise<void> => void (saved = decodeCheckpoint(encodeCheckpoint(await broken.state()), "checkpoint"));
      const saver: Listener = {
        async step({ globalStep }) {
          if (globalStep !== at || at % steps === 0) return;
          await save();
          controller.abort();
        },
        async epochEnd({ epoch }) {
          if (epoch * steps !== at) return;
          await save();
          controller.abort();
        },
      };
      const stopping = earlyStopping({ trainer: broken, patience: 3 });
      for (const listener of order === "before" ? [saver, stopping] : [stopping, saver]) broken.listen(listener);
      await broken.fit(training, validation, { epochs, signal: controller.signal });

      const resumed = build();
      if (at % 2 === 0) resumed.restore(saved!);
      resumed.listen(earlyStopping({ trainer: resumed, patience: 3 }));
      if (at % 2 === 1) resumed.restore(saved!);
      const end = await resumed.fit(training, validation, { epochs });
      expect(end.reason, `stopped at step ${at}`).toBe(whole.reason);
      expect(await fingerprint(resumed), `stopped at step ${at}`).toBe(expected);
    }
  });

  test("options out of range are named", () => {
    const trainer = build();
    expect(() => earlyStopping({ trainer, patience: -1 })).toThrow(/patience must be an integer ≥ 0, got -1/);
    expect(() => earlyStopping({ trainer, minDelta: -1 })).toThrow(/minDelta must be a number ≥ 0, got -1/);
  });
});
