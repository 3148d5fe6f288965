import onnxProto from 'onnx-proto';
import { DETECTOR_CODES } from '../../functions/risk/index.ts';
import type { Detectors } from '../detectors/index.ts';
import type { AdditiveModel } from './additive-model.ts';
import { addDetectors } from './detector-nodes.ts';
import { Graph, whole } from './nodes.ts';
import { treesOf } from './tree-ensemble.ts';
import { treeNode } from './tree-node.ts';

const { onnx } = onnxProto;

/** Name of the graph's input: float32 `[1, width]`, NaN where a signal was not evaluable or a step is not known. */
export const INPUT = 'features';
/** Name of the graph's output: float32 `[1, terms]`, log-odds per term. */
export const OUTPUT = 'contributions';
/** Name of its second output, where it has detectors: float32 `[1, 3]`, what they found, NaN where too little is known. */
export const FOUND = 'detectors';

/**
 * Serialises an additive model as an ONNX graph: the detectors of anomalies, if any; one TreeEnsembleRegressor with
 * one target per term; then five small nodes that shrink all terms by one factor where their sum would leave the
 * model's room. The same model gives the same bytes.
 *
 * Opset 15 of `ai.onnx` and 3 of `ai.onnx.ml`: old enough for every runtime of the last years.
 *
 * @param detectors whose findings the last terms' features are, after the signals
 * @example
 * ```ts
 * await writeFile('models/risk.onnx', writeModel(model, 'countersign-risk'));
 * ```
 */
export function writeModel(model: AdditiveModel, name: string, detectors?: Detectors): Uint8Array {
  const graph = new Graph();
  const evidence = detectors ? addDetectors(graph, detectors, INPUT, FOUND) : INPUT;
  const { up, down } = model.room;
  graph.integers('axis', [1]);
  graph.floats('inverse room', [1, 2], [1 / up, -1 / down]);
  graph.floats('one', [1, 1], [1]);
  treeNode(graph, treesOf(model), evidence, 'raw', model.terms.length);
  graph.node('ReduceSum', ['raw', 'axis'], 'sum');
  graph.node('Mul', ['sum', 'inverse room'], 'parts');
  graph.node('ReduceMax', ['parts'], 'part', [whole('axes', [1])]);
  graph.node('Max', ['part', 'one'], 'factor');
  graph.node('Div', ['raw', 'factor'], OUTPUT);
  const width = detectors ? detectors.signals + detectors.sequence.network.inputs : model.width;
  const found = detectors ? [floats(FOUND, DETECTOR_CODES.length)] : [];
  const proto = onnx.ModelProto.create({
    irVersion: 8,
    producerName: 'countersign',
    opsetImport: [
      { domain: '', version: 15 },
      { domain: 'ai.onnx.ml', version: 3 },
    ],
    graph: {
      name,
      node: graph.nodes,
      initializer: graph.constants,
      input: [floats(INPUT, width)],
      output: [floats(OUTPUT, model.terms.length), ...found],
    },
  });
  return Uint8Array.from(onnx.ModelProto.encode(proto).finish());
}

function floats(name: string, width: number) {
  const dim = [{ dimValue: 1 }, { dimValue: width }];
  return { name, type: { tensorType: { elemType: onnx.TensorProto.DataType.FLOAT, shape: { dim } } } };
}
