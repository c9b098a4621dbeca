/** The network as it is drawn: columns of neurons, and where the weights of each stand in one list. */

/** Column 0 are the inputs, the last one the outputs. */
export interface Neuron {
  readonly column: number;
  readonly unit: number;
}

/** Neurons in each column: inputs, hidden layers, outputs. */
export type Columns = readonly number[];

/** Two classes need one output: the score of the second. */
export const outputsOf = (classes: number): number => (classes === 2 ? 1 : classes);

export const columnsOf = ({ inputs, layers }: { readonly inputs: readonly unknown[]; readonly layers: readonly number[] }, classes: number): Columns => [
  inputs.length, ...layers, outputsOf(classes),
];

/** Where a weight, or with `from` null a bias, stands in the list of all: layer by layer, weights [units, units below] before biases. */
export function parameterIndex(columns: Columns, column: number, unit: number, from: number | null): number {
  let start = 0;
  for (let c = 1; c < column; c++) start += columns[c] * (columns[c - 1] + 1);
  return from === null ? start + columns[column] * columns[column - 1] + unit : start + unit * columns[column - 1] + from;
}

/** Where the neuron stands in the list of all, inputs first. */
export const neuronIndex = (columns: Columns, { column, unit }: Neuron): number => columns.slice(0, column).reduce((sum, units) => sum + units, 0) + unit;

export const neuronCount = (columns: Columns): number => columns.reduce((sum, units) => sum + units, 0);

export const sameNeuron = (a: Neuron | null, b: Neuron | null): boolean => a === b || (a !== null && b !== null && a.column === b.column && a.unit === b.unit);

/** Whether the network has this neuron. */
export const hasNeuron = (columns: Columns, { column, unit }: Neuron): boolean => column >= 0 && column < columns.length && unit >= 0 && unit < columns[column];

/** What a neuron is called. */
export function neuronName(columns: Columns, { column, unit }: Neuron, inputs: readonly string[], classes: readonly string[]): string {
  if (column === 0) return `input ${inputs[unit]}`;
  if (column < columns.length - 1) return `layer ${column}, unit ${unit + 1}`;
  return columns[column] === 1 ? "output" : `output ${classes[unit]}`;
}
