// What the planner is working on: the text that was read, and what was corrected and decided since. Survives a reload.

import { keep, kept } from "./stored.js";

const READING = "locating reading";
const WORK = "locating work";

/**
 * One record as it was read, with the planner's work on it.
 *
 * @typedef {Object} Draft.Record
 * @property {string} key
 * @property {Object} read - as the server read it: name, layer, location_text, figures, source, spans, qualifiers
 * @property {Object} work - edits by field, target, taken (fields by name: true or false), drawn (GeoJSON geometry), decision, saved
 */
export class Draft {
  constructor(figures) {
    this.figureNames = figures.map((figure) => figure.name);
    this.listeners = [];
    this.forget();
  }

  forget() {
    Object.assign(this, { text: "", sourceName: "", records: [], totals: [], findings: [], byKey: new Map(), selected: null });
  }

  get isEmpty() {
    return !this.text;
  }

  /** Take up the work of an earlier visit, if there is any. */
  async restore() {
    const [reading, work] = await Promise.all([kept(READING), kept(WORK)]);
    if (!reading) return;
    this.take(reading);
    for (const record of this.records) Object.assign(record.work, work?.byKey?.[record.key]);
    this.selected = this.byKey.has(work?.selected) ? work.selected : null;
  }

  /** Begin with a new reading. */
  async begin(reading, sourceName) {
    this.take({ ...reading, sourceName });
    await Promise.all([keep(READING, { ...reading, sourceName }), keep(WORK, null)]);
  }

  /** Leave everything. */
  async clear() {
    this.forget();
    await Promise.all([keep(READING, null), keep(WORK, null)]);
  }

  take(reading) {
    this.forget();
    const { text, sourceName, totals, findings = [] } = reading;
    const records = reading.records.map((read, index) => ({ key: `${index + 1}`, read: this.tidy(read), work: {} }));
    Object.assign(this, { text, sourceName, totals, findings, records, byKey: new Map(records.map((record) => [record.key, record])) });
  }

  tidy(read) {
    const { name, layer, location_text, source, spans, qualifiers } = read;
    return { name, layer, location_text, source, spans, qualifiers, figures: Object.fromEntries(this.figureNames.map((figure) => [figure, read[figure] ?? null])) };
  }

  get(key) {
    return this.byKey.get(key);
  }

  /** A field as it stands now: `name`, `layer`, `location_text` or a figure. */
  value(record, field) {
    const { edits = {} } = record.work;
    return field in edits ? edits[field] : this.asRead(record, field);
  }

  asRead(record, field) {
    return (field in record.read.figures ? record.read.figures[field] : record.read[field]) ?? null;
  }

  isEdited(record, field) {
    return field in (record.work.edits ?? {});
  }

  /** Correct a field; the value that was read takes the correction back. */
  edit(record, field, value) {
    const edits = { ...record.work.edits };
    if (value === this.asRead(record, field)) delete edits[field];
    else edits[field] = value;
    this.change(record, { edits }, field);
  }

  /** Change the work on a record and tell the listeners. */
  change(record, changes, field = null) {
    Object.assign(record.work, changes);
    this.keepWork();
    for (const listener of this.listeners) listener(record, field);
  }

  select(key) {
    this.selected = key;
    this.keepWork();
  }

  keepWork() {
    const byKey = Object.fromEntries(this.records.filter((record) => Object.keys(record.work).length).map((record) => [record.key, record.work]));
    keep(WORK, { byKey, selected: this.selected });
  }

  onChange(listener) {
    this.listeners.push(listener);
  }

  /** A record as the server takes it. */
  project(record) {
    const { source } = record.read;
    return {
      key: record.key,
      name: this.value(record, "name") ?? "",
      layer: this.value(record, "layer"),
      location_text: this.value(record, "location_text"),
      figures: Object.fromEntries(this.figureNames.map((name) => [name, this.value(record, name)]).filter(([, value]) => value !== null)),
      section: source.section || null,
      paragraph: source.paragraph,
      target: record.work.target ?? null,
    };
  }
}
