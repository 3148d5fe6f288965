export {
  type PresentationParts,
  type PresentationSettings,
  presentationParts,
} from './presentation-parts.ts';
export * from './requests/index.ts';
