import './labelled-field.css';
import { type ReactNode, useEffect, useState } from 'react';
import { Input, Select } from './field.js';

/** A choice among a few, with its label. */
export function LabelledSelect({
  label,
  value,
  onChange,
  children,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
}) {
  return (
    <label className="labelled-field">
      <span>{label}</span>
      <Select value={value} onChange={(event) => onChange(event.target.value)}>
        {children}
      </Select>
    </label>
  );
}

/** How long somebody may go on typing before the address takes it, in ms. */
const TYPING_MS = 250;

/** The search of a view; `/` leads to it. What is typed stands in the address a moment later. */
export function SearchField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed), TYPING_MS);
    return () => clearTimeout(timer);
  });
  return (
    <label className="labelled-field search-field">
      <span>{label}</span>
      <Input
        type="search"
        data-ops-search
        placeholder="/"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
    </label>
  );
}
