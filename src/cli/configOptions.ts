/** Between the declarations of options and the parser of the command line. */

import { type Command, Option } from "commander";
import { type Declaration, declarations } from "./config.js";

/** Lets `command` take the declared options whose names pass `wanted`. Validation stays with the declarations. */
export function addConfigOptions(command: Command, wanted: (name: string) => boolean): void {
  for (const [name, declaration] of declarations()) if (wanted(name)) command.addOption(toOption(name, declaration));
}

function toOption(name: string, { type, description, aliases = [], fallbackText, only }: Declaration<unknown>): Option {
  const value = type.flag === true ? `[${type.placeholder}]` : `<${type.placeholder}>`;
  const scope = only === undefined ? "" : ` [${only[1].join(", ")}]`;
  const shown = fallbackText === undefined ? "" : ` (default: ${fallbackText})`;
  return new Option(`${[...aliases, name].map((flag) => `--${flag}`).join(", ")} ${value}`, `${description}${scope}${shown}`);
}

/** Values that a parsed command line holds, by option name. */
export function givenOptions(command: Command): Map<string, unknown> {
  const given = new Map<string, unknown>();
  for (const option of command.options) {
    const value: unknown = command.getOptionValue(option.attributeName());
    if (value !== undefined) given.set(option.name(), value);
  }
  return given;
}
