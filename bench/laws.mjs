/** The laws that the workloads of the benchmarks are made of. */
export const llama8b = "meta-llama/Llama-3.1-8B";
export const fixed = (tokens) => ({ kind: "fixed", tokens });
export const drawn = (mean) => ({ kind: "lognormal", mean, std: mean });
export const poisson = (rate_rps) => ({ kind: "poisson", rate_rps });
