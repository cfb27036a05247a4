/** What is drawn above the points on a plain canvas: clusters, the selection, the ring around an event, the drawing. */

import type { Map as MapLibre } from 'maplibre-gl';

import type { Theme } from './palette';
import { clusters, pixelsPerMetre, type Cluster } from './grid';
import { mercatorX, mercatorY, type Picture } from '../store/picture';

export interface Marks {
  selected: { lon: number; lat: number } | null;
  around: { lon: number; lat: number; radius_m: number } | null;
  drawn: [number, number][];
  drawing: boolean;
  vehicles: ReadonlySet<number>;
}

const CELL_PX = 58;
/** Nearer than this, every point shows its own sign; alarms keep their badge. */
const CLUSTER_BELOW = 15.2;
const COLOURS: Record<Theme, { rank: string[]; text: string; plate: string; select: string; quiet: string }> = {
  night: {
    rank: ['', '#ff5d5d', '#ff9b3d', '#ffdc4a', '#8fb0cc', '#e6dcc8', '#9aa6b3'],
    text: '#10161c', plate: '#0b1015', select: '#f4f8fb', quiet: '#9aa6b3',
  },
  day: {
    rank: ['', '#c8102e', '#c05300', '#8a6d00', '#46698a', '#3a434c', '#6b7681'],
    text: '#ffffff', plate: '#ffffff', select: '#0b1015', quiet: '#55606b',
  },
};

interface Held {
  zoom: number;
  version: number;
  at: number;
  list: Cluster[];
}

export class Overlay {
  #held: Held = { zoom: -1, version: -1, at: 0, list: [] };
  #visible: (slot: number) => boolean = () => true;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly picture: Picture,
  ) {}

  /** Take which slots are shown. */
  show(visible: (slot: number) => boolean): void {
    this.#visible = visible;
    this.#held.zoom = -1;
  }

  /** Return the cluster under a screen point, or nothing. */
  hit(map: MapLibre, x: number, y: number): Cluster | null {
    const near = map.getZoom() >= CLUSTER_BELOW;
    for (const cluster of this.#held.list) {
      if (near && cluster.rank >= 5) continue;
      const at = project(map, cluster.x, cluster.y);
      if (Math.hypot(at.x - x, at.y - y) < radius(cluster) + 3) return cluster;
    }
    return null;
  }

  /** Draw everything for the map as it stands. */
  draw(map: MapLibre, theme: Theme, marks: Marks, font: string): void {
    const ctx = this.#clear(map);
    if (!ctx) return;
    if (marks.around) drawAround(ctx, map, marks.around, theme);
    this.#drawVehicles(ctx, map, theme, marks.vehicles);
    this.#drawClusters(ctx, map, theme, font);
    drawDrawing(ctx, map, marks, theme);
    if (marks.selected) drawSelected(ctx, map, marks.selected, theme);
  }

  #clear(map: MapLibre): CanvasRenderingContext2D | null {
    const ratio = map.getPixelRatio();
    const { clientWidth: width, clientHeight: height } = map.getCanvas();
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
    }
    const ctx = this.canvas.getContext('2d');
    ctx?.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx?.clearRect(0, 0, width, height);
    return ctx;
  }

  #clusters(map: MapLibre): Cluster[] {
    const zoom = Math.round(map.getZoom() * 2) / 2;
    const now = performance.now();
    const fresh = this.#held.zoom === zoom && (this.#held.version === this.picture.version || now - this.#held.at < 500);
    if (!fresh) {
      const cell = CELL_PX / (512 * 2 ** zoom);
      this.#held = { zoom, version: this.picture.version, at: now, list: clusters(this.picture, cell, this.#visible) };
      this.#held.list.sort((a, b) => b.rank - a.rank);
    }
    return this.#held.list;
  }

  #drawClusters(ctx: CanvasRenderingContext2D, map: MapLibre, theme: Theme, font: string): void {
    const zoom = map.getZoom();
    for (const cluster of this.#clusters(map)) {
      // silence and standing faults are not calls to act: from afar they stay grain, not badges
      if (cluster.rank >= 5 && (zoom < 12.5 || zoom >= CLUSTER_BELOW)) continue;
      const at = project(map, cluster.x, cluster.y);
      if (at.x < -30 || at.y < -30 || at.x > ctx.canvas.width || at.y > ctx.canvas.height) continue;
      drawBadge(ctx, at, cluster, theme, font);
    }
  }

  #drawVehicles(ctx: CanvasRenderingContext2D, map: MapLibre, theme: Theme, kinds: ReadonlySet<number>): void {
    const zoom = map.getZoom();
    if (zoom < 12.5 || !kinds.size) return;
    ctx.fillStyle = theme === 'night' ? '#7fd0e8' : '#00657f';
    const size = zoom < 14.5 ? 4 : 6.5;
    for (let slot = 0; slot < this.picture.count; slot++) {
      if (!kinds.has(this.picture.kind[slot]!) || !this.#visible(slot)) continue;
      if (!this.picture.lon[slot] && !this.picture.lat[slot]) continue;
      const at = map.project([this.picture.lon[slot]!, this.picture.lat[slot]!]);
      arrow(ctx, at, size, (this.picture.heading[slot]! * Math.PI) / 180);
    }
  }
}

interface XY {
  x: number;
  y: number;
}

function project(map: MapLibre, x: number, y: number): XY {
  const lon = (x - 0.5) * 360;
  const lat = (Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) * 360) / Math.PI - 90;
  return map.project([lon, lat]);
}

function radius(cluster: Cluster): number {
  if (cluster.count === 1) return 8;
  return cluster.count < 10 ? 10 : cluster.count < 100 ? 12 : 15;
}

function arrow(ctx: CanvasRenderingContext2D, at: XY, size: number, angle: number): void {
  ctx.save();
  ctx.translate(at.x, at.y);
  ctx.rotate(angle);
  ctx.beginPath();
  ctx.moveTo(0, -size);
  ctx.lineTo(size * 0.7, size * 0.8);
  ctx.lineTo(0, size * 0.35);
  ctx.lineTo(-size * 0.7, size * 0.8);
  ctx.closePath();
  ctx.fill();
  ctx.restore();
}

function badgePath(ctx: CanvasRenderingContext2D, at: XY, r: number, rank: number): void {
  ctx.beginPath();
  if (rank === 1) {
    ctx.moveTo(at.x, at.y - r * 1.25);
    ctx.lineTo(at.x + r * 1.25, at.y);
    ctx.lineTo(at.x, at.y + r * 1.25);
    ctx.lineTo(at.x - r * 1.25, at.y);
  } else if (rank === 2) {
    ctx.moveTo(at.x, at.y - r * 1.35);
    ctx.lineTo(at.x + r * 1.3, at.y + r * 0.85);
    ctx.lineTo(at.x - r * 1.3, at.y + r * 0.85);
  } else if (rank === 3) {
    ctx.rect(at.x - r * 0.95, at.y - r * 0.95, r * 1.9, r * 1.9);
  } else {
    ctx.arc(at.x, at.y, r, 0, Math.PI * 2);
  }
  ctx.closePath();
}

function drawBadge(ctx: CanvasRenderingContext2D, at: XY, cluster: Cluster, theme: Theme, font: string): void {
  const colours = COLOURS[theme];
  const r = radius(cluster);
  const colour = colours.rank[cluster.rank]!;
  const hollow = cluster.rank >= 5 || cluster.acknowledged;
  badgePath(ctx, at, r, cluster.rank);
  ctx.fillStyle = hollow ? colours.plate : colour;
  ctx.fill();
  ctx.lineWidth = hollow ? 1.6 : 1;
  ctx.strokeStyle = hollow ? colour : colours.plate;
  ctx.stroke();
  if (cluster.count === 1 && cluster.rank > 4) return;
  ctx.fillStyle = hollow ? colour : colours.text;
  ctx.font = `700 ${cluster.count >= 100 ? 9.5 : 10.5}px ${font}`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  const label = cluster.count === 1 ? 'CHMB'[cluster.rank - 1]! : cluster.count > 999 ? `${Math.round(cluster.count / 1000)}k` : String(cluster.count);
  ctx.fillText(label, at.x, at.y + (cluster.rank === 2 ? r * 0.25 : 0.5));
}

function drawAround(
  ctx: CanvasRenderingContext2D, map: MapLibre, around: { lon: number; lat: number; radius_m: number }, theme: Theme,
): void {
  const at = map.project([around.lon, around.lat]);
  const r = around.radius_m * pixelsPerMetre(around.lat, map.getZoom());
  ctx.beginPath();
  ctx.arc(at.x, at.y, r, 0, Math.PI * 2);
  ctx.strokeStyle = COLOURS[theme].select;
  ctx.globalAlpha = 0.7;
  ctx.setLineDash([6, 5]);
  ctx.lineWidth = 1.3;
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
}

function drawDrawing(ctx: CanvasRenderingContext2D, map: MapLibre, marks: Marks, theme: Theme): void {
  if (marks.drawn.length < 2) return;
  ctx.beginPath();
  for (const [lon, lat] of marks.drawn) {
    const at = map.project([lon, lat]);
    ctx.lineTo(at.x, at.y);
  }
  if (!marks.drawing) ctx.closePath();
  ctx.fillStyle = theme === 'night' ? 'rgba(157,184,255,.13)' : 'rgba(47,79,181,.1)';
  ctx.fill();
  ctx.strokeStyle = theme === 'night' ? '#9db8ff' : '#2f4fb5';
  ctx.lineWidth = 1.5;
  ctx.stroke();
}

function drawSelected(ctx: CanvasRenderingContext2D, map: MapLibre, place: { lon: number; lat: number }, theme: Theme): void {
  const at = map.project([place.lon, place.lat]);
  const r = 14;
  ctx.strokeStyle = COLOURS[theme].select;
  ctx.lineWidth = 2;
  for (let corner = 0; corner < 4; corner++) {
    const angle = (corner * Math.PI) / 2;
    ctx.beginPath();
    ctx.arc(at.x, at.y, r, angle + 0.35, angle + Math.PI / 2 - 0.35);
    ctx.stroke();
  }
}

/** Return the Mercator point of a screen point. */
export function unproject(map: MapLibre, x: number, y: number): { x: number; y: number } {
  const at = map.unproject([x, y]);
  return { x: mercatorX(at.lng), y: mercatorY(at.lat) };
}
