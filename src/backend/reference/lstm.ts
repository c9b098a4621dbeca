/** One step of LSTM cells. Hochreiter and Schmidhuber, 1997; with forget gates, Gers et al., 2000. */

import type { Elements } from "./elements.js";

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Element (n, j) of two axes: its place in `data`. */
const place = ({ offset, strides }: Elements, n: number, j: number): number => offset + n * strides[0] + j * strides[1];

/** The four gates of unit j. */
function gatesOf(gates: Elements, n: number, j: number, units: number): [number, number, number, number] {
  const gate = (i: number): number => gates.data[place(gates, n, i * units + j)];
  return [gate(0), gate(1), gate(2), gate(3)];
}

function setGates(gates: Elements, n: number, j: number, units: number, values: readonly number[]): void {
  values.forEach((value, i) => (gates.data[place(gates, n, i * units + j)] = value));
}

export function lstmCell(gates: Elements, cPrev: Elements, c: Elements, h: Elements): void {
  const [samples, units] = c.shape;
  for (let n = 0; n < samples; n++) {
    for (let j = 0; j < units; j++) {
      const [i, f, g, o] = gatesOf(gates, n, j, units).map((sum, gate) => (gate === 2 ? Math.tanh(sum) : sigmoid(sum)));
      setGates(gates, n, j, units, [i, f, g, o]);
      const cell = f * cPrev.data[place(cPrev, n, j)] + i * g;
      c.data[place(c, n, j)] = cell;
      h.data[place(h, n, j)] = o * Math.tanh(cell);
    }
  }
}

export function lstmCellGrad(dh: Elements, dc: Elements, gates: Elements, cPrev: Elements, c: Elements, dGates: Elements): void {
  const [samples, units] = c.shape;
  for (let n = 0; n < samples; n++) {
    for (let j = 0; j < units; j++) {
      const [i, f, g, o] = gatesOf(gates, n, j, units);
      const t = Math.tanh(c.data[place(c, n, j)]);
      const dHidden = dh.data[place(dh, n, j)];
      const dCell = dc.data[place(dc, n, j)] + dHidden * o * (1 - t * t);
      setGates(dGates, n, j, units, [
        dCell * g * i * (1 - i),
        dCell * cPrev.data[place(cPrev, n, j)] * f * (1 - f),
        dCell * i * (1 - g * g),
        dHidden * t * o * (1 - o),
      ]);
      dc.data[place(dc, n, j)] = dCell * f;
    }
  }
}
