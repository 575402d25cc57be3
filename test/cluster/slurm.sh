#!/usr/bin/env bash
# Runs a sweep as a job array of Slurm on this machine, with one task killed and requeued and the merge as
# a dependent job, and holds the results beside those of a local run. Needs slurm-wlm, munge and root;
# its daemons have a folder of their own, and end with it.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
template=$root/scenarios/cluster/slurm.sbatch
scratch=$(mktemp -d)
export TOKENWATT="node $root/bin/tokenwatt.js" SLURM_CONF=$scratch/slurm.conf
tokenwatt() { node "$root/bin/tokenwatt.js" "$@"; }

cleanup() {
  local status=$? name pid
  if ((status != 0)); then
    squeue --array 2>/dev/null || true
    tail -n 20 "$scratch"/*.log 2>/dev/null || true
  fi
  if [[ -f $scratch/run/slurmctld.pid ]]; then
    scancel --user root || true
    for _ in $(seq 50); do [[ -n $(squeue --noheader 2>/dev/null) ]] || break; sleep 0.1; done
  fi
  for name in slurmd slurmctld munged; do
    pid=$(cat "$scratch/run/$name.pid" 2>/dev/null) || continue
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -KILL "$pid" 2>/dev/null || true
  done
  rm -rf "$scratch"
}
trap cleanup EXIT

# Waits half a minute and more for a claim to hold.
until_holds() {
  local what=$1
  shift
  for _ in $(seq 600); do
    if "$@"; then return; fi
    sleep 0.1
  done
  echo "not in a minute: $what" >&2
  return 1
}

start_slurm() {
  local host port
  host=$(hostname --short)
  port=$((20000 + RANDOM % 10000 * 2))
  # munged wants folders that others can look into, and a key that they can't read.
  chmod 755 "$scratch"
  mkdir "$scratch"/{run,munge,state,spool}
  head --bytes 1024 /dev/urandom >"$scratch/munge/key"
  chmod 400 "$scratch/munge/key"
  munged --force --key-file "$scratch/munge/key" --socket "$scratch/run/munge.socket" \
    --pid-file "$scratch/run/munged.pid" --log-file "$scratch/munged.log" \
    --seed-file "$scratch/munge/seed"
  cat >"$SLURM_CONF" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmctldPort=$port
SlurmdPort=$((port + 1))
AuthType=auth/munge
AuthInfo=socket=$scratch/run/munge.socket
CredType=cred/munge
StateSaveLocation=$scratch/state
SlurmdSpoolDir=$scratch/spool
SlurmctldPidFile=$scratch/run/slurmctld.pid
SlurmdPidFile=$scratch/run/slurmd.pid
SlurmctldLogFile=$scratch/slurmctld.log
SlurmdLogFile=$scratch/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
ReturnToService=2
KillWait=1
MinJobAge=3600
SchedulerParameters=sched_interval=1,bf_interval=1
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 RealMemory=1000 State=UNKNOWN
PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
  slurmctld
  slurmd -N "$host"
  until_holds "a node is idle" node_is_idle
}

node_is_idle() { [[ $(sinfo --noheader --format %t 2>/dev/null) == idle ]]; }

# Its eighth shard takes long enough to be caught in the middle.
write_sweep() {
  cat >"$scratch/sweep.yaml" <<YAML
base:
  llm: meta-llama/Llama-3.1-8B
  cluster: { gpu: H100-SXM }
  workload:
    arrivals: { kind: poisson, rate_rps: 8 }
    lengths: { input: { kind: fixed, tokens: 64 }, output: { kind: exponential, mean: 20 } }
grid:
  engine.max_num_seqs: [4, 8, 16, 32, 64, 128]
  workload.num_requests: [10, 20, 30, 40, 50, 60, 70, 20000]
YAML
}

rows_of_the_eighth() { wc --lines 2>/dev/null <"$scratch/out/shard-8-of-8.journal.log" || echo 0; }
eighth_has_rows() { (($(rows_of_the_eighth) > 0)); }
# Of a job or of all tasks of an array, each once.
states_of() {
  scontrol --oneliner show job "$1" | sed --quiet 's/.*JobState=\([A-Z_]*\).*/\1/p' | sort --unique
}
is_in() { [[ $(states_of "$1") == "$2" ]]; }
has_ended() { ! states_of "$1" | grep --quiet --extended-regexp 'PENDING|RUNNING|COMPLETING'; }

start_slurm
write_sweep
cd "$scratch"
array=$(sbatch --parsable --array=1-8 --cpus-per-task=1 --mem-per-cpu=0 "$template" sweep.yaml out)
until_holds "the eighth task has a row" eighth_has_rows
pkill -KILL --full "sweep sweep.yaml --out out --shard 8/8"
until_holds "Slurm knows that the eighth task was killed" is_in "${array}_8" FAILED
kept=$(rows_of_the_eighth)
((kept < 6)) || { echo "the eighth task was over before it could be killed" >&2; exit 1; }
scontrol requeue "${array}_8"
merge=$(sbatch --parsable --dependency="afterany:$array" --output merge.log --wrap "$TOKENWATT merge out")
# Slurm holds back for two minutes what was requeued.
until_holds "the eighth task waits again" is_in "${array}_8" PENDING
scontrol update jobid="${array}_8" starttime=now+1
is_in "$merge" PENDING
until_holds "the merge has ended" has_ended "$merge"
is_in "$array" COMPLETED
is_in "$merge" COMPLETED

scontrol show job "${array}_8" | grep 'Restarts=1'
grep "$kept of them there before" "tokenwatt-$array-8.log"
tokenwatt sweep sweep.yaml --out local --quiet
for file in results.csv results.parquet manifest.json; do cmp "out/$file" "local/$file"; done
echo "8 shards, one of them killed after $kept of 6 rows and requeued: the bytes of a local run"
