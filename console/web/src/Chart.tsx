import { theme } from 'antd';
import { LineChart } from 'echarts/charts';
import { GridComponent, MarkAreaComponent, TooltipComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef, useState } from 'react';
import type { Bucket, News, SeriesInfo } from './types';
import { newest, seriesId } from './live';
import { unit, useTones } from './State';
import { useWords } from './words';

echarts.use([LineChart, GridComponent, MarkAreaComponent, TooltipComponent, CanvasRenderer]);

const BUCKETS = 360;
/** So many empty buckets in a row are a gap; fewer are the pace of a slow series. */
const GAP = 3;
const MINUTE = 60_000;

/** A stretch of time: null where nothing was read. */
interface Sample {
  time: number;
  min: number | null;
  mean: number | null;
  max: number | null;
}

interface Drawn {
  samples: Sample[];
  /** From, to: readings that were bad. */
  bad: [number, number][];
}

function drawn(buckets: Bucket[], width: number): Drawn {
  const samples: Sample[] = [];
  const bad: [number, number][] = [];
  let empty = 0;
  for (const b of buckets) {
    const time = Date.parse(b.start);
    if (b.anyBad) bad.push([time, time + width]);
    const mean = Number(b.mean);
    if (b.count === 0 || !Number.isFinite(mean)) {
      empty++;
      if (empty === GAP) samples.push({ time, min: null, mean: null, max: null });
      continue;
    }
    empty = 0;
    samples.push({ time: time + width / 2, min: Number(b.min), mean, max: Number(b.max) });
  }
  return { samples, bad };
}

/** One series over a span of time: history from the server, newer points as they arrive; a gap stays a gap. */
export function Chart(props: { series: SeriesInfo; minutes: number; news: Map<string, News>; tick: number; dark: boolean }) {
  const { series, minutes, news, tick, dark } = props;
  const { t, language } = useWords();
  const { token } = theme.useToken();
  const tones = useTones();
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<echarts.ECharts | null>(null);
  const data = useRef<Drawn>({ samples: [], bad: [] });
  const [empty, setEmpty] = useState(false);
  const id = seriesId(series.key);
  const sign = unit(series.unit);
  const line = token.colorPrimary;
  const badColour = tones.bad;

  const draw = () => {
    const now = Date.now();
    const from = now - minutes * MINUTE;
    const { samples, bad } = data.current;
    setEmpty(!samples.some((s) => s.mean !== null));
    chart.current?.setOption({
      xAxis: { min: from, max: now },
      series: [
        { id: 'least', data: samples.map((s) => [s.time, s.min]) },
        { id: 'band', data: samples.map((s) => [s.time, s.max === null || s.min === null ? null : s.max - s.min]) },
        {
          id: 'mean',
          data: samples.map((s, i) => {
            const alone = s.mean !== null && (samples[i - 1]?.mean ?? null) === null && (samples[i + 1]?.mean ?? null) === null;
            return { value: [s.time, s.mean, s.min, s.max], symbol: alone ? 'circle' : 'none', symbolSize: 5 };
          }),
          markArea: { silent: true, itemStyle: { color: badColour, opacity: 0.25 }, data: bad.map(([a, b]) => [{ xAxis: a }, { xAxis: b }]) },
        },
      ],
    });
  };

  useEffect(() => {
    if (!box.current) return;
    const made = echarts.init(box.current, dark ? 'dark' : undefined, { locale: language === 'zh' ? 'ZH' : 'EN' });
    chart.current = made;
    const boolean = series.type === 'BOOLEAN';
    const number = (value: unknown) => (typeof value === 'number' ? `${Number(value.toFixed(2))} ${sign}`.trim() : '–');
    const curve = { type: 'line', showSymbol: true, symbol: 'none', connectNulls: false, step: boolean ? 'end' : false, stackStrategy: 'all' };
    made.setOption({
      backgroundColor: 'transparent',
      animation: false,
      grid: { left: 56, right: 20, top: sign ? 32 : 16, bottom: 28 },
      tooltip: {
        trigger: 'axis',
        formatter: (items: { seriesId: string; value: unknown[] }[]) => {
          const item = items.find((i) => i.seriesId === 'mean');
          if (!item) return '';
          const [time, mean, least, most] = item.value;
          const when = new Date(time as number).toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB', { hour12: false });
          return least === most
            ? `${when}<br/><b>${number(mean)}</b>`
            : `${when}<br/>${t('mean')} <b>${number(mean)}</b><br/>${t('least')} ${number(least)}, ${t('most')} ${number(most)}`;
        },
      },
      xAxis: { type: 'time', splitNumber: box.current.clientWidth < 500 ? 3 : 6, axisLabel: { hideOverlap: true, color: token.colorTextSecondary } },
      yAxis: {
        type: 'value',
        scale: !boolean,
        ...(boolean ? { min: 0, max: 1, interval: 1 } : {}),
        name: sign,
        nameTextStyle: { align: 'right', padding: [0, 8, 0, 0], color: token.colorTextSecondary },
        axisLabel: { color: token.colorTextSecondary, ...(boolean ? { formatter: (v: number) => String(v === 1) } : {}) },
      },
      series: [
        { ...curve, id: 'least', stack: 'range', lineStyle: { width: 0 }, silent: true },
        { ...curve, id: 'band', stack: 'range', lineStyle: { width: 0 }, areaStyle: { color: line, opacity: 0.25 }, silent: true },
        { ...curve, id: 'mean', lineStyle: { color: line, width: 1.5 }, itemStyle: { color: line } },
      ],
    });
    draw();
    const resize = new ResizeObserver(() => made.resize());
    resize.observe(box.current);
    return () => {
      resize.disconnect();
      made.dispose();
    };
  }, [dark, language, id, sign]);

  useEffect(() => {
    const stop = new AbortController();
    const to = new Date();
    const from = new Date(to.getTime() - minutes * MINUTE);
    const query = new URLSearchParams({ ...series.key, from: from.toISOString(), to: to.toISOString(), buckets: String(BUCKETS) });
    void fetch(`/api/downsample?${query}`, { signal: stop.signal })
      .then((r) => r.json() as Promise<Bucket[]>)
      .then((buckets) => {
        data.current = drawn(buckets, (minutes * MINUTE) / BUCKETS);
        draw();
      })
      .catch(() => undefined); // The series was left before its history came.
    return () => stop.abort();
  }, [id, minutes]);

  useEffect(() => {
    const item = news.get(id);
    const point = item && newest(item);
    const samples = data.current.samples;
    const last = samples[samples.length - 1];
    if (point && point.quality !== 'BAD' && point.value !== '') {
      const time = Date.parse(point.time);
      const value = Number(point.value);
      const silence = Math.max(15_000, (GAP * minutes * MINUTE) / BUCKETS);
      if (!last || time > last.time) {
        const gap: Sample[] = last && last.mean !== null && time - last.time > silence ? [{ time: last.time + 1, min: null, mean: null, max: null }] : [];
        data.current.samples = [...samples, ...gap, { time, min: value, mean: value, max: value }].slice(-4 * BUCKETS);
      }
    }
    draw();
  }, [tick]);

  return (
    <div style={{ position: 'relative' }}>
      <div ref={box} role="img" aria-label={t('chart', { series: id })} data-testid="chart" style={{ height: 300 }} />
      {empty && <div style={{ position: 'absolute', inset: 0, display: 'grid', placeItems: 'center', pointerEvents: 'none' }}>{t('noHistory')}</div>}
    </div>
  );
}
