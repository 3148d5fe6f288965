import onnxProto from 'onnx-proto';
import type { AdditiveModel } from './additive-model.ts';
import { treesOf } from './tree-ensemble.ts';

const { onnx } = onnxProto;
const { AttributeType } = onnx.AttributeProto;

/** Name of the graph's input: float32 `[1, width]`, NaN where a signal was not evaluable. */
export const INPUT = 'features';
/** Name of the graph's output: float32 `[1, terms]`, log-odds per term. */
export const OUTPUT = 'contributions';

/**
 * Serialises an additive model as an ONNX graph: one TreeEnsembleRegressor with one target per term, then five
 * small nodes that shrink all terms by one factor where their sum would leave the model's room. The same model
 * gives the same bytes.
 *
 * Opset 15 of `ai.onnx` and 3 of `ai.onnx.ml`: old enough for every runtime of the last years.
 *
 * @example
 * ```ts
 * await writeFile('models/risk.onnx', writeModel(model, 'countersign-risk'));
 * ```
 */
export function writeModel(model: AdditiveModel, name: string): Uint8Array {
  const trees = treesOf(model);
  const attribute = Object.entries(trees).map(([key, values]) => {
    if (key === 'nodes_modes') {
      const encoder = new TextEncoder();
      const strings = (values as string[]).map((value) => encoder.encode(value));
      return { name: key, type: AttributeType.STRINGS, strings };
    }
    if (key === 'nodes_values' || key === 'target_weights') {
      return { name: key, type: AttributeType.FLOATS, floats: values as number[] };
    }
    return { name: key, type: AttributeType.INTS, ints: values as number[] };
  });
  const text = (value: string) => new TextEncoder().encode(value);
  const node = onnx.NodeProto.create({
    name: 'terms',
    opType: 'TreeEnsembleRegressor',
    domain: 'ai.onnx.ml',
    input: [INPUT],
    output: ['raw'],
    attribute: [
      ...attribute,
      { name: 'n_targets', type: AttributeType.INT, i: model.terms.length },
      { name: 'aggregate_function', type: AttributeType.STRING, s: text('SUM') },
      { name: 'post_transform', type: AttributeType.STRING, s: text('NONE') },
    ],
  });
  const axis = { name: 'axes', type: AttributeType.INTS, ints: [1] };
  const shrink = [
    { name: 'sum', opType: 'ReduceSum', input: ['raw', 'axis'], output: ['sum'] },
    { name: 'parts of the room', opType: 'Mul', input: ['sum', 'inverse room'], output: ['parts'] },
    { name: 'greater part', opType: 'ReduceMax', input: ['parts'], output: ['part'], attribute: [axis] },
    { name: 'factor', opType: 'Max', input: ['part', 'one'], output: ['factor'] },
    { name: 'shrink', opType: 'Div', input: ['raw', 'factor'], output: [OUTPUT] },
  ].map((fields) => onnx.NodeProto.create(fields));
  const { FLOAT, INT64 } = onnx.TensorProto.DataType;
  const { up, down } = model.room;
  const proto = onnx.ModelProto.create({
    irVersion: 8,
    producerName: 'countersign',
    opsetImport: [
      { domain: '', version: 15 },
      { domain: 'ai.onnx.ml', version: 3 },
    ],
    graph: {
      name,
      node: [node, ...shrink],
      initializer: [
        { name: 'axis', dataType: INT64, dims: [1], int64Data: [1] },
        { name: 'inverse room', dataType: FLOAT, dims: [1, 2], floatData: [1 / up, -1 / down] },
        { name: 'one', dataType: FLOAT, dims: [1, 1], floatData: [1] },
      ],
      input: [floats(INPUT, model.width)],
      output: [floats(OUTPUT, model.terms.length)],
    },
  });
  return Uint8Array.from(onnx.ModelProto.encode(proto).finish());
}

function floats(name: string, width: number) {
  const dim = [{ dimValue: 1 }, { dimValue: width }];
  return { name, type: { tensorType: { elemType: onnx.TensorProto.DataType.FLOAT, shape: { dim } } } };
}
