import onnxProto from 'onnx-proto';

const { onnx } = onnxProto;
const { AttributeType } = onnx.AttributeProto;
const { FLOAT, INT64 } = onnx.TensorProto.DataType;

type Node = ReturnType<typeof onnx.NodeProto.create>;
type Tensor = ReturnType<typeof onnx.TensorProto.create>;
type Attribute = Parameters<typeof onnx.AttributeProto.create>[0];

/** Collects the nodes and constants of a graph. Every node has one output, named after what it holds. */
export class Graph {
  readonly nodes: Node[] = [];
  readonly constants: Tensor[] = [];

  /** Adds a node. @returns the name of its output */
  node(
    opType: string,
    input: readonly string[],
    output: string,
    attribute: Attribute[] = [],
    domain = '',
  ): string {
    this.nodes.push(
      onnx.NodeProto.create({
        name: output,
        opType,
        input: [...input],
        output: [output],
        attribute: attribute as never,
        domain,
      }),
    );
    return output;
  }

  /** Adds float32 constants. @returns their name */
  floats(name: string, dims: readonly number[], values: Iterable<number>): string {
    this.constants.push(
      onnx.TensorProto.create({ name, dataType: FLOAT, dims: [...dims], floatData: [...values] }),
    );
    return name;
  }

  /** Adds whole numbers. @returns their name */
  integers(name: string, values: readonly number[]): string {
    this.constants.push(
      onnx.TensorProto.create({ name, dataType: INT64, dims: [values.length], int64Data: [...values] }),
    );
    return name;
  }
}

/** A whole number, or several, as an attribute. */
export const whole = (name: string, value: number | readonly number[]): Attribute =>
  typeof value === 'number'
    ? { name, type: AttributeType.INT, i: value }
    : { name, type: AttributeType.INTS, ints: [...value] };

/** A text, or several, as an attribute. */
export const text = (name: string, value: string | readonly string[]): Attribute => {
  const bytes = (one: string) => new TextEncoder().encode(one);
  return typeof value === 'string'
    ? { name, type: AttributeType.STRING, s: bytes(value) }
    : { name, type: AttributeType.STRINGS, strings: value.map(bytes) };
};

/** Numbers as an attribute, float32. */
export const reals = (name: string, values: readonly number[]): Attribute => ({
  name,
  type: AttributeType.FLOATS,
  floats: [...values],
});
