import { Grid, Typography, theme } from 'antd';
import { useWords } from './words';

export type Tone = 'good' | 'bad' | 'warning' | 'unknown' | 'moving';

const TONES: Record<string, Tone> = {
  Ready: 'good',
  Ok: 'good',
  Connected: 'good',
  Online: 'good',
  Running: 'good',
  GOOD: 'good',
  Failed: 'bad',
  Offline: 'bad',
  Lost: 'bad',
  Conflicted: 'bad',
  Rejected: 'bad',
  critical: 'bad',
  BAD: 'bad',
  Progressing: 'moving',
  Degraded: 'warning',
  Waiting: 'warning',
  UNCERTAIN: 'warning',
  warning: 'warning',
};

/** Unknown is grey, never green; so is a word that this page does not know. */
export function tone(state?: string | null): Tone {
  return TONES[state ?? ''] ?? 'unknown';
}

// Four colours that colour-blind people tell apart, and a shape each for those who see none.
const SHAPES: Record<Tone, string> = {
  good: 'M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1z',
  bad: 'M6 0l6 6-6 6-6-6z',
  warning: 'M6 1l6 10H0z',
  moving: 'M2 1l8 5-8 5z',
  unknown: 'M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1zm0 2a3 3 0 1 1 0 6 3 3 0 0 1 0-6z',
};

export function useTones(): Record<Tone, string> {
  const { token } = theme.useToken();
  return {
    good: token.colorSuccess,
    bad: token.colorError,
    warning: token.colorWarning,
    moving: token.colorInfo,
    unknown: token.colorTextSecondary,
  };
}

export function State(props: { state?: string | null; since?: string | null }) {
  const { t, stateName, time } = useWords();
  const kind = tone(props.state);
  const colour = useTones()[kind];
  return (
    <span style={{ whiteSpace: 'nowrap' }}>
      <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden style={{ fill: colour, marginInlineEnd: 6, verticalAlign: -1 }}>
        <path d={SHAPES[kind]} />
      </svg>
      {stateName(props.state)}
      {props.since && <Typography.Text type="secondary">{` ${t('since', { time: time(props.since) })}`}</Typography.Text>}
    </span>
  );
}

/** A telephone, held upright. */
export function useNarrow(): boolean {
  const screens = Grid.useBreakpoint();
  return screens.md === false;
}

// The units of the programs are UCUM; people know other signs.
const UNITS: Record<string, string> = { '[degF]': '°F', Cel: '°C', K: 'K', '1': '', '%': '%', 'm3/h': 'm³/h', 'kW.h': 'kWh', '[psi]': 'psi', '/min': '1/min' };

export function unit(code: string): string {
  return UNITS[code] ?? code;
}
