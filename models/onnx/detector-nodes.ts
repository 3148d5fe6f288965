import { MOST_SQUARED } from '../detectors/autoencoder.ts';
import { type Detectors, LEAST_KNOWN } from '../detectors/index.ts';
import { averagePath } from '../detectors/isolation-forest.ts';
import type { Network } from '../detectors/network.ts';
import { PREDICTED } from '../detectors/sequence.ts';
import { CLIP, type Scale } from '../detectors/standard.ts';
import { forestTrees } from './forest-trees.ts';
import { type Graph, whole } from './nodes.ts';
import { treeNode } from './tree-node.ts';

const DOWN = [whole('keepdims', 1)];

/**
 * Adds the detectors to a graph: what `detect` computes, in plain operators and one tree ensemble.
 *
 * @param input name of the graph's input, of signals and recent events
 * @param found name of the output that gets the detectors' values, in the order of `DETECTOR_CODES`
 * @returns name of the vector that the terms read
 */
export function addDetectors(graph: Graph, detectors: Detectors, input: string, found: string): string {
  const { signals: width, forest, autoencoder, sequence } = detectors;
  const recentWidth = sequence.network.inputs;
  graph.integers('one axis', [1]);
  graph.floats('zero', [1, 1], [0]);
  graph.floats('unit', [1, 1], [1]);
  graph.floats('nothing', [1, 1], [Number.NaN]);
  graph.floats('clip low', [], [-CLIP]);
  graph.floats('clip high', [], [CLIP]);
  const cut = (from: string, start: number, end: number, name: string) =>
    graph.node(
      'Slice',
      [from, graph.integers(`${name} start`, [start]), graph.integers(`${name} end`, [end]), 'one axis'],
      name,
    );

  const signals = cut(input, 0, width, 'signals');
  const missing = graph.node('IsNaN', [signals], 'missing');
  const known = graph.node('Where', [missing, 'zero', 'unit'], 'known');
  const count = graph.node('ReduceSum', [known, 'one axis'], 'known signals', DOWN);
  const few = graph.node('Less', [count, graph.floats('least known', [1, 1], [LEAST_KNOWN])], 'too few');

  const medians = graph.floats('medians', [1, width], forest.medians);
  const filled = graph.node('Where', [missing, medians, signals], 'filled');
  treeNode(graph, forestTrees(forest), filled, 'path length', 1);
  const scale = graph.floats('path scale', [1, 1], [-Math.LN2 / averagePath(forest.sample)]);
  const power = graph.node('Mul', ['path length', scale], 'power');
  const isolation = graph.node('Exp', [power], 'isolation of all');

  const scaledSignals = scaling(graph, autoencoder.scale, signals, missing, 'signals');
  const again = layers(graph, autoencoder.network, scaledSignals, 'autoencoder');
  const error = graph.node('Sub', [again, scaledSignals], 'error');
  const squared = graph.node('Mul', [error, error], 'squared error');
  const most = graph.floats('most squared', [1, 1], [MOST_SQUARED]);
  const capped = graph.node('Min', [squared, most], 'capped error');
  const counted = graph.node('Mul', [capped, known], 'counted error');
  const sum = graph.node('ReduceSum', [counted, 'one axis'], 'sum of errors', DOWN);
  const atLeastOne = graph.node('Max', [count, 'unit'], 'at least one');
  const reconstruction = graph.node('Div', [sum, atLeastOne], 'reconstruction of all');

  const recent = cut(input, width, width + recentWidth, 'recent');
  const unknown = graph.node('IsNaN', [recent], 'unknown steps');
  const scaledRecent = scaling(graph, sequence.scale, recent, unknown, 'steps');
  const mask = Array.from({ length: recentWidth }, (_, at) => (PREDICTED.includes(at) ? 0 : 1));
  const shown = graph.node(
    'Mul',
    [scaledRecent, graph.floats('shown mask', [1, recentWidth], mask)],
    'shown steps',
  );
  const predicted = layers(graph, sequence.network, shown, 'sequence');
  const [first, last] = [PREDICTED[0]!, PREDICTED[PREDICTED.length - 1]! + 1];
  const now = cut(recent, first, last, 'now');
  const isNew = graph.node('Equal', [now, 'unit'], 'is new');
  const against = graph.node('Neg', [predicted], 'against');
  const nats = graph.node('Softplus', [against], 'nats');
  const bits = graph.node('Mul', [nats, graph.floats('bits a nat', [1, 1], [1 / Math.LN2])], 'bits');
  const surprise = graph.node('Where', [isNew, bits, 'zero'], 'surprise by property');
  const total = graph.node('ReduceSum', [surprise, 'one axis'], 'surprise', DOWN);
  const notStated = graph.node('IsNaN', [now], 'not stated');
  const stated = graph.node('Where', [notStated, 'zero', 'unit'], 'stated');
  const statedCount = graph.node('ReduceSum', [stated, 'one axis'], 'stated properties', DOWN);
  const none = graph.node('Less', [statedCount, 'unit'], 'none stated');

  graph.node(
    'Concat',
    [
      graph.node('Where', [few, 'nothing', isolation], 'isolation'),
      graph.node('Where', [few, 'nothing', reconstruction], 'reconstruction'),
      graph.node('Where', [none, 'nothing', total], 'sequence'),
    ],
    found,
    [whole('axis', 1)],
  );
  return graph.node('Concat', [signals, found], 'evidence', [whole('axis', 1)]);
}

/** Deviations from the mean, at most so many; 0 where missing. */
function scaling(
  graph: Graph,
  { mean, deviation }: Scale,
  values: string,
  missing: string,
  name: string,
): string {
  const width = mean.length;
  const centred = graph.node(
    'Sub',
    [values, graph.floats(`${name} mean`, [1, width], mean)],
    `${name} centred`,
  );
  const scaled = graph.node(
    'Div',
    [centred, graph.floats(`${name} deviation`, [1, width], deviation)],
    `${name} in deviations`,
  );
  const filled = graph.node('Where', [missing, 'zero', scaled], `${name} filled`);
  return graph.node('Clip', [filled, 'clip low', 'clip high'], `${name} scaled`);
}

function layers(graph: Graph, network: Network, input: string, name: string): string {
  const { inputs, hidden, outputs, w1, b1, w2, b2 } = network;
  const inner = graph.node(
    'Gemm',
    [
      input,
      graph.floats(`${name} weights 1`, [inputs, hidden], w1),
      graph.floats(`${name} bias 1`, [1, hidden], b1),
    ],
    `${name} inner`,
  );
  const bent = graph.node('Tanh', [inner], `${name} hidden`);
  return graph.node(
    'Gemm',
    [
      bent,
      graph.floats(`${name} weights 2`, [hidden, outputs], w2),
      graph.floats(`${name} bias 2`, [1, outputs], b2),
    ],
    `${name} output`,
  );
}
