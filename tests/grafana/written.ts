import type { AnnotationQuery, Dashboard, VariableModel } from "@grafana/schema";
export type Written<T> = T extends string ? `${T}` : T extends readonly (infer U)[] ? Written<U>[] : T extends object ? { [K in keyof T]: Written<T[K]> } : T;
type Of = Written<Omit<Dashboard, "annotations" | "templating">>;
type Prom = { expr?: string; step?: string; titleFormat?: string; textFormat?: string; tagKeys?: string };
export type Board = Of & {
  annotations: { list: (Written<AnnotationQuery> & Prom)[] };
  templating: { list: (Written<VariableModel> & { definition?: string })[] };
};
