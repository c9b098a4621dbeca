/** Tags, group and note of a run, changed where they stand: Enter or leaving the field keeps, Escape leaves all as it was. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { RunNotes, RunSummary } from "../../../protocol.js";
import { getJson, runPath, runsById } from "../../api.js";

export type NoteField = keyof RunNotes;

const labels: Readonly<Record<NoteField, string>> = { tags: "tags", group: "group", note: "note" };

const fieldText = (notes: RunNotes, field: NoteField): string => (field === "tags" ? notes.tags.join(", ") : notes[field]);

const withField = (notes: RunNotes, field: NoteField, text: string): RunNotes =>
  field === "tags" ? { ...notes, tags: [...new Set(text.split(",").map((tag) => tag.trim()).filter((tag) => tag !== ""))] } : { ...notes, [field]: text.trim() };

/** Writes the notes of a run, and shows them at once. */
export async function saveNotes(run: RunSummary, notes: RunNotes): Promise<void> {
  const answer = await getJson<RunSummary>(runPath(run.id), { method: "PATCH", headers: { "content-type": "application/json" }, body: JSON.stringify(notes) });
  runsById.value = new Map(runsById.value).set(run.id, answer);
}

export interface EditableNoteProps {
  readonly run: RunSummary;
  readonly field: NoteField;
  /** A note of several lines. @default false */
  readonly long?: boolean;
}

export function EditableNote({ run, field, long = false }: EditableNoteProps): preact.JSX.Element {
  const [editing, setEditing] = useState(false);
  const [problem, setProblem] = useState("");
  const input = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const settled = useRef(false);
  const text = fieldText(run.notes, field);
  useEffect(() => {
    if (!editing) return;
    settled.current = false;
    input.current?.focus();
    input.current?.select();
  }, [editing]);
  const close = (back: boolean): void => {
    setEditing(false);
    setProblem("");
    if (back) requestAnimationFrame(() => button.current?.focus());
  };
  const keep = async (back: boolean): Promise<void> => {
    if (settled.current) return;
    settled.current = true;
    const next = withField(run.notes, field, input.current!.value);
    try {
      if (fieldText(next, field) !== text) await saveNotes(run, next);
      close(back);
    } catch (error) {
      settled.current = false;
      setProblem((error as Error).message);
      input.current?.focus();
    }
  };
  if (!editing) {
    return (
      <button type="button" ref={button} class="editable" title={text === "" ? `Add ${labels[field]}` : text} onClick={() => setEditing(true)}>
        <span class="spoken">Change {labels[field]} of {run.name}: </span>
        {text === "" ? <span class="add">+ {labels[field]}</span> : field === "tags" ? run.notes.tags.map((tag) => <span key={tag} class="chip">{tag}</span>) : text}
      </button>
    );
  }
  const shared = {
    ref: input,
    defaultValue: text,
    "aria-label": `${labels[field]} of ${run.name}`,
    "aria-invalid": problem !== "",
    title: problem || undefined,
    onBlur: () => void keep(false),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === "Escape") {
        settled.current = true;
        close(true);
      } else if (event.key === "Enter" && (!long || event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        void keep(true);
      }
    },
  };
  return (
    <span class="editing">
      {long ? <textarea rows={4} maxLength={10_000} {...shared} /> : <input type="text" maxLength={field === "note" ? 10_000 : 500} placeholder={field === "tags" ? "tag, tag" : undefined} {...shared} />}
      {problem !== "" && <span class="problem" role="alert">{problem}</span>}
    </span>
  );
}
