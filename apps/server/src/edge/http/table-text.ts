import { TABLE_COLUMNS, type TableRow } from '@okboxbox/race-view';

/** A text that a spreadsheet would take for a formula; a gap such as `+1.284` is a number there and does nothing. */
const FORMULA = /^[=+\-@\t\r]/;
const FIGURE = /^[+-]?[\d:.]+$/;
/** All but the characters of XML 1.0 (section 2.2, "Char"): it has no place for others, escaped or not. */
const NOT_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const XML_NAMES: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };

/** A table as CSV (RFC 4180), with its columns in the first line. Names that a spreadsheet would run begin with an apostrophe. */
export function tableCsv(rows: readonly TableRow[]): string {
  const lines = [TABLE_COLUMNS, ...rows.map((row) => TABLE_COLUMNS.map((column) => row[column]))];
  return lines.map((line) => `${line.map(csvCell).join(',')}\r\n`).join('');
}

/** A table as XML: `<table><row><position>1</position>…</row>…</table>`. */
export function tableXml(rows: readonly TableRow[]): string {
  const row = (cells: TableRow) =>
    `  <row>${TABLE_COLUMNS.map((column) => `<${column}>${xmlText(cells[column])}</${column}>`).join('')}</row>\n`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<table>\n${rows.map(row).join('')}</table>\n`;
}

function csvCell(text: string): string {
  const plain = FORMULA.test(text) && !FIGURE.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

function xmlText(text: string): string {
  return text.replace(NOT_XML, '').replace(/[&<>"']/g, (sign) => `&${XML_NAMES[sign]};`);
}
