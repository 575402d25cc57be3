import { csvCell } from "../csvCell.ts";
import { tokenwattVersion } from "../package.ts";
import type { FinishedRun, Format } from "./format.ts";

const joulesPerKwh = 3.6e6;

/** The row that CodeCarbon would append to its emissions.csv: kilograms, kilowatt-hours, watts. */
export const emissionsCsv: Format = (file) => ({
  finish(run) {
    const row = Object.entries(emissionsOf(run));
    file.write(`${row.map(([name]) => name).join(",")}\n`);
    file.write(`${row.map(([, cell]) => csvCell(cell)).join(",")}\n`);
  },
});

/** What a simulated run has no value for (its machine, its place) is empty. */
function emissionsOf({ result, totals }: FinishedRun) {
  const { energy, power, carbon, duration_s, scenario, digest } = result;
  const kg = carbon.operational_g === null ? null : carbon.operational_g / 1000;
  const kwh = (joules: number | null) => (joules === null ? null : joules / joulesPerKwh);
  const hostW = energy.host_j === null || duration_s === 0 ? null : energy.host_j / duration_s;
  return {
    timestamp: new Date().toISOString().slice(0, 19),
    project_name: scenario.name ?? "tokenwatt",
    run_id: digest,
    experiment_id: "simulated",
    duration: duration_s,
    emissions: kg,
    emissions_rate: kg === null || duration_s === 0 ? null : kg / duration_s,
    cpu_power: hostW,
    gpu_power: power.gpu_mean_w,
    ram_power: null,
    cpu_energy: kwh(energy.host_j),
    gpu_energy: kwh(energy.gpu_j),
    ram_energy: null,
    energy_consumed: kwh(energy.total_j),
    country_name: null,
    country_iso_code: null,
    region: null,
    cloud_provider: null,
    cloud_region: null,
    os: null,
    python_version: null,
    codecarbon_version: `tokenwatt ${tokenwattVersion()}`,
    cpu_count: null,
    cpu_model: null,
    gpu_count: totals.gpus + totals.standbyGpus,
    gpu_model: scenario.cluster.gpu,
    longitude: null,
    latitude: null,
    ram_total_size: null,
    tracking_mode: "machine",
    on_cloud: "N",
    pue: scenario.site.pue,
  };
}
