import { OVERLAY_KINDS } from '@okboxbox/protocol';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { manifests } from './manifests.js';

/** Fields that the standard leaves to each maker. */
const OWN = { '^v_': {} };
const text = { type: 'string', minLength: 1 };
const bounds = {
  type: 'object',
  properties: Object.fromEntries(['min', 'max', 'exact', 'ideal'].map((name) => [name, { type: 'number' }])),
  patternProperties: OWN,
  additionalProperties: false,
};

/**
 * A manifest as the text of the standard describes it (EBU OGraf, Graphics definition, version 1: "Manifest Model",
 * "RenderRequirements", "Vendor-specific fields"), and stricter where it leaves a choice that ours does not take: no custom
 * actions, one step, and a form for each field.
 */
const MANIFEST = {
  type: 'object',
  required: ['$schema', 'id', 'name', 'main', 'supportsRealTime', 'supportsNonRealTime'],
  properties: {
    $schema: { const: 'https://ograf.ebu.io/v1/specification/json-schemas/graphics/schema.json' },
    id: text,
    version: text,
    name: text,
    description: text,
    author: {
      type: 'object',
      required: ['name'],
      properties: { name: text, email: text, url: text },
      patternProperties: OWN,
      additionalProperties: false,
    },
    main: { type: 'string', pattern: '^[\\w-]+\\.mjs$' },
    supportsRealTime: { const: true },
    supportsNonRealTime: { const: false },
    stepCount: { const: 1 },
    schema: {
      type: 'object',
      required: ['type', 'properties'],
      properties: {
        type: { const: 'object' },
        properties: {
          type: 'object',
          additionalProperties: {
            type: 'object',
            required: ['type', 'title', 'description', 'default'],
            properties: {
              type: { enum: ['boolean', 'string', 'number', 'integer'] },
              title: text,
              description: text,
            },
          },
        },
      },
      additionalProperties: false,
    },
    renderRequirements: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          resolution: {
            type: 'object',
            properties: { width: bounds, height: bounds },
            additionalProperties: false,
          },
          frameRate: bounds,
        },
        patternProperties: OWN,
        additionalProperties: false,
      },
    },
  },
  patternProperties: OWN,
  additionalProperties: false,
};

const made = await manifests('1.2.3');
const ajv = new Ajv2020({ allErrors: true });

it('every overlay but the stage is a graphic', () => {
  expect(Object.keys(made)).toEqual(OVERLAY_KINDS.filter((kind) => kind !== 'stage'));
});

it.each(Object.entries(made))(
  'the manifest of %s has what the standard asks for, and no other field',
  (kind, manifest) => {
    const isRight = ajv.compile(MANIFEST);
    isRight(manifest);
    expect(isRight.errors ?? []).toEqual([]);
    expect(manifest).toMatchObject({ id: `okboxbox.${kind}`, main: `${kind}.mjs`, version: '1.2.3' });
    isRight({ ...manifest, thumbnail: 'x.png' });
    expect(isRight.errors).toHaveLength(1);
  },
);

it.each(Object.entries(made))('the data of %s are valid as they are before anybody sets them', (_kind, { schema }) => {
  const { properties = {} } = schema as { properties?: Record<string, { default?: unknown }> };
  const usual = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, field.default]));
  // What forms are made with is no keyword of JSON Schema.
  const isRight = new Ajv2020({ allErrors: true, strict: false }).compile(schema as object);
  isRight(usual);
  expect(isRight.errors ?? []).toEqual([]);
  expect(Object.keys(properties)).toEqual(expect.arrayContaining(['server', 'show', 'link', 'demo', 'seed']));
});
