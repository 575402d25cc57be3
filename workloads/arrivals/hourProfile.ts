/**
 * Requests per hour by the hour of the local day, from midnight: the mean over the days of BurstGPT's
 * first file, 1.43 million requests to ChatGPT and GPT-4 of a university in 61 days (Wang et al.,
 * BurstGPT, arXiv 2401.17644; CC-BY-4.0; as aggregated by a third party). The busiest hour has 11.7
 * times the requests of the quietest.
 */
export const burstGptRequestsPerHour: readonly number[] = [
  940.3, 892.6, 571.6, 513, 368.2, 341.5, 193.8, 153.3, 177.7, 415.9, 878.8, 1286.5, 1744.3, 1501.1,
  1795.9, 1401.1, 1475.5, 1355.8, 1181.2, 1567.6, 1352.8, 1175, 1129, 1025.8,
];
