import { LineChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import type { Bucket, News, SeriesInfo } from './types';
import { newest, seriesId } from './live';
import { useWords } from './words';

echarts.use([LineChart, GridComponent, TooltipComponent, CanvasRenderer]);

const BUCKETS = 360;

/** One series over a span of time: history from the server, newer points as they arrive; a gap stays a gap. */
export function Chart(props: { series: SeriesInfo; minutes: number; news: Map<string, News>; tick: number; dark: boolean }) {
  const { series, minutes, news, tick, dark } = props;
  const { t } = useWords();
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<echarts.ECharts | null>(null);
  const data = useRef<[number, number | null][]>([]);
  const id = seriesId(series.key);

  useEffect(() => {
    if (!box.current) return;
    const made = echarts.init(box.current, dark ? 'dark' : undefined);
    chart.current = made;
    made.setOption({
      backgroundColor: 'transparent',
      animation: false,
      grid: { left: 64, right: 16, top: 32, bottom: 32 },
      tooltip: { trigger: 'axis' },
      xAxis: { type: 'time' },
      yAxis: { type: 'value', scale: true, name: series.unit },
      series: [{ type: 'line', showSymbol: false, connectNulls: false, data: [] }],
    });
    const resize = new ResizeObserver(() => made.resize());
    resize.observe(box.current);
    return () => {
      resize.disconnect();
      made.dispose();
    };
  }, [dark, id, series.unit]);

  useEffect(() => {
    const stop = new AbortController();
    const to = new Date();
    const from = new Date(to.getTime() - minutes * 60_000);
    const query = new URLSearchParams({ ...series.key, from: from.toISOString(), to: to.toISOString(), buckets: String(BUCKETS) });
    void fetch(`/api/downsample?${query}`, { signal: stop.signal })
      .then((r) => r.json() as Promise<Bucket[]>)
      .then((buckets) => {
        data.current = buckets.flatMap((b): [number, number | null][] =>
          b.count === 0
            ? [[Date.parse(b.start), null]]
            : b.min === b.max
              ? [[Date.parse(b.start), Number(b.mean)]]
              : [
                  [Date.parse(b.start), Number(b.min)],
                  [Date.parse(b.start) + 1, Number(b.max)],
                ],
        );
        chart.current?.setOption({ series: [{ data: data.current }] });
      })
      .catch(() => undefined); // The series was left before its history came.
    return () => stop.abort();
  }, [id, minutes, dark]);

  useEffect(() => {
    const item = news.get(id);
    const point = item && newest(item);
    if (!point || point.quality === 'BAD') return;
    data.current = [...data.current, [Date.parse(point.time), Number(point.value)] as [number, number]].slice(-4 * BUCKETS);
    chart.current?.setOption({ series: [{ data: data.current }] });
  }, [tick, id]);

  return <div ref={box} role="img" aria-label={t('chart', { series: id })} data-testid="chart" style={{ height: 320 }} />;
}
