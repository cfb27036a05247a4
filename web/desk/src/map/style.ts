/** The base map drawn from the register's own streets, communes, rivers and green spaces: no outside tile. */

import type { GeoJSONSourceSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';

import { GROUND, type Theme } from './palette';

const SOURCE = 'city';
const NAMES = 'names';
/** Points are drawn under the names. */
export const FIRST_LABEL = 'street-names';
const FONT = ['IBM Plex Sans'];
const MAIN_CLASSES = ['motorway', 'primary', 'secondary'];

export interface Name {
  name: string;
  lon: number;
  lat: number;
}

export interface MapFacts {
  bounds?: [number, number, number, number];
  center?: [number, number];
  attribution?: string;
  version?: string | number;
  communes?: { number: number; code: string; name: string }[];
}

/** Return the whole style for a theme. */
export function baseStyle(theme: Theme, facts: MapFacts, names: Name[], origin: string): StyleSpecification {
  return {
    version: 8,
    sources: {
      [SOURCE]: {
        type: 'vector',
        tiles: [`${origin}/api/map/tiles/{z}/{x}/{y}.mvt?v=${facts.version ?? 0}`],
        minzoom: 9,
        maxzoom: 16,
        ...(facts.bounds ? { bounds: facts.bounds } : {}),
        ...(facts.attribution ? { attribution: escapeText(facts.attribution) } : {}),
      },
      [NAMES]: { type: 'geojson', data: points(names) },
    },
    layers: layers(theme),
  };
}

function points(names: Name[]): Extract<GeoJSONSourceSpecification['data'], object> {
  return {
    type: 'FeatureCollection',
    features: names.map(({ name, lon, lat }) => ({
      type: 'Feature', properties: { name }, geometry: { type: 'Point', coordinates: [lon, lat] },
    })),
  };
}

function escapeText(text: string): string {
  return text.replace(/[&<>]/g, (c) => (c === '&' ? '&amp;' : c === '<' ? '&lt;' : '&gt;'));
}

function layers(theme: Theme): LayerSpecification[] {
  return [...areas(theme), ...lines(theme), ...labels(theme)];
}

function areas(theme: Theme): LayerSpecification[] {
  const c = GROUND[theme];
  const area = (id: string, layer: string, color: string, minzoom = 0): LayerSpecification => ({
    id, type: 'fill', source: SOURCE, 'source-layer': layer, minzoom, filter: ['==', ['geometry-type'], 'Polygon'],
    paint: { 'fill-color': color },
  });
  return [
    { id: 'ground', type: 'background', paint: { 'background-color': c.ground } },
    area('communes', 'commune', c.commune),
    area('green', 'green_space', c.green),
    area('zones', 'pedestrian_zone', c.zone, 12),
    area('buildings', 'building', c.building, 14),
    area('rivers', 'river', c.water),
    {
      id: 'commune-lines', type: 'line', source: SOURCE, 'source-layer': 'commune',
      paint: { 'line-color': c.communeLine, 'line-width': 1, 'line-dasharray': [3, 2] },
    },
  ];
}

function lines(theme: Theme): LayerSpecification[] {
  const c = GROUND[theme];
  const street = (id: string, color: string, wide: boolean): LayerSpecification => ({
    id, type: 'line', source: SOURCE, 'source-layer': 'street', minzoom: wide ? 9 : 11.5,
    filter: wide
      ? ['in', ['to-string', ['coalesce', ['get', 'class'], '']], ['literal', MAIN_CLASSES]]
      : ['!', ['in', ['to-string', ['coalesce', ['get', 'class'], '']], ['literal', MAIN_CLASSES]]],
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: {
      'line-color': color,
      'line-width': ['interpolate', ['exponential', 1.6], ['zoom'], 10, wide ? 0.8 : 0.3, 14, wide ? 3 : 1.5, 18, wide ? 22 : 14],
    },
  });
  return [street('streets', c.street, false), street('main-streets', c.main, true)];
}

function labels(theme: Theme): LayerSpecification[] {
  const c = GROUND[theme];
    return [
    {
      id: FIRST_LABEL, type: 'symbol', source: SOURCE, 'source-layer': 'street', minzoom: 14.5,
      layout: {
        'symbol-placement': 'line', 'text-field': ['coalesce', ['get', 'name'], ''], 'text-font': FONT, 'text-size': 11,
        'text-max-angle': 35, 'symbol-spacing': 380, 'text-padding': 8,
      },
      paint: { 'text-color': c.name, 'text-halo-color': c.halo, 'text-halo-width': 1.4 },
    },
    {
      id: 'commune-names', type: 'symbol', source: NAMES, maxzoom: 14,
      layout: {
        'text-field': ['get', 'name'], 'text-font': FONT, 'text-padding': 6,
        'text-size': ['interpolate', ['linear'], ['zoom'], 9, 10, 13, 14],
      },
      paint: { 'text-color': c.place, 'text-halo-color': c.halo, 'text-halo-width': 1.6 },
    },
  ];
}
