/** The health that frames carry, whatever subset of it the core knows. */

export interface Queue {
  name: string;
  process: string;
  depth: number;
  bound: number;
  policy: string;
}

export interface Health {
  rate: number | null;
  lagMs: number | null;
  databaseOk: boolean | null;
  backupAt: number | null;
  queues: Queue[];
  /** Queues beyond four fifths of their bound. */
  full: Queue[];
  processes: { name: string; silentS: number | null; facts: [string, unknown][] }[];
}

const FULL_SHARE = 0.8;
/** A queue this short is a pipeline: full is how it works. */
const SMALL = 10;

function number(...candidates: unknown[]): number | null {
  for (const value of candidates) if (typeof value === 'number' && Number.isFinite(value)) return value;
  return null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function queuesOf(process: string, value: unknown): Queue[] {
  if (isRecord(value)) {
    return Object.entries(value).filter(([, q]) => isRecord(q)).map(([name, q]) => queue(process, name, q as Record<string, unknown>));
  }
  if (!Array.isArray(value)) return [];
  return value.filter(isRecord).map((q) => queue(process, String(q.name ?? ''), q));
}

function queue(process: string, name: string, q: Record<string, unknown>): Queue {
  return { process, name, depth: number(q.depth) ?? 0, bound: number(q.bound) ?? 0, policy: String(q.policy ?? '') };
}

/** Read the health as the status line and the links' page show it: one part per process. */
export function readHealth(raw: Record<string, unknown>): Health {
  const parts = Object.entries(raw).filter((part): part is [string, Record<string, unknown>] => isRecord(part[1]));
  const core = parts.find(([name]) => name === 'core')?.[1] ?? {};
  const intake = parts.find(([name]) => name === 'intake')?.[1] ?? {};
  const queues = parts.flatMap(([name, part]) => queuesOf(name, part.queues));
  return {
    rate: number(intake.messages_s),
    lagMs: number(intake.commit_ms, core.loop_lag_ms),
    databaseOk: typeof core.database === 'boolean' ? core.database : null,
    backupAt: number(core.backup_at, core.last_backup_at),
    queues,
    full: queues.filter((q) => q.bound >= SMALL && q.depth >= q.bound * FULL_SHARE),
    processes: parts.map(([name, part]) => ({
      name,
      silentS: number(part.silent_s),
      facts: Object.entries(part).filter(([, value]) => !isRecord(value) && !Array.isArray(value)),
    })),
  };
}
