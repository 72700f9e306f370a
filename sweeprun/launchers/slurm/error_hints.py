"""What Slurm's complaints mean, and what to do about them. The wordings are those of Slurm 22.05 and its neighbours."""

from sweeprun.launchers.arrays.complaints import complaints, first_match
from sweeprun.wording import Command, launcher

_FEWER = "raise {tasks_per_job}, so that the array has fewer elements"

# Of all that match, the first: what passes goes before the general remarks that may follow it.
_COMPLAINTS = (
    *complaints(
        passing=True,
        advice={
            r"job queue full|temporarily unable to accept|creation temporarily disabled|unable to create job record": (
                f"Slurm takes no more jobs for now (its MaxJobCount): wait until some have ended, or {_FEWER}"
            ),
            r"authentication error|munge encode failed": (
                "Slurm's authentication (munge) doesn't work on this machine just now; if that stays so, tell its "
                "administrators"
            ),
            r"unable to contact slurm controller|unable to establish control|getaddrinfo\(\) failed": (
                "Slurm's controller is not to be reached; it may be restarting, and `scontrol ping` tells when it is "
                "back"
            ),
            r"socket timed out|message (?:send|receive) failure|zero bytes were transmitted"
            r"|communication (?:connection|shutdown) failure|header lengths are longer|connection (?:refused|reset)": (
                "Slurm's controller is too busy to answer, or restarting"
            ),
            r"controller in standby mode": "Slurm's main controller has just gone; its backup is not in charge yet",
            r"try again (?:later|in a bit)": "Slurm asks to be called again",
        },
    ),
    *complaints(
        passing=False,
        advice={
            r"cannot stat file|could not establish a configuration source|unable to process configuration file": (
                "this machine has no configuration of Slurm: run sweeprun on a machine of the cluster, set SLURM_CONF, "
                "or choose the launcher for local workers"
            ),
            r"invalid --(?P<name>[a-z-]+)|unrecognized --(?P<other>[a-z-]+) argument": (
                "sbatch can't read the value of {option}"
            ),
            r"invalid entry for --cluster": (
                "jobs of several clusters are not supported: unset SLURM_CLUSTERS and SBATCH_CLUSTERS"
            ),
            r"invalid partition|no partition specified|partition not available|not permitted to use this part": (
                "set {sbatch[partition]} to one of those that `sinfo -o '%R %a %l'` lists"
            ),
            r"invalid account|job has invalid account|invalid bank account": (
                "set {sbatch[account]} to one of yours; `sacctmgr show associations user=$USER "
                "format=account,partition,qos` lists them"
            ),
            r"invalid qos": (
                "set {sbatch[qos]} to one of yours; `sacctmgr show associations user=$USER "
                "format=account,partition,qos` lists them"
            ),
            r"violates accounting|SubmitJob\w*Limit|SubmitLimit": (
                "it is beyond a limit of your account or of the QOS; if that is the number of jobs that you may have "
                f"in the queue, {_FEWER}, or wait until some have ended and call `{{resume}}`; otherwise let "
                "each job ask for less"
            ),
            r"requested time limit|invalid time-min": (
                "set {sbatch[time]} within the partition's limit, which `sinfo -o '%R %l'` lists"
            ),
            r"invalid job array": (
                f"the array is larger than the site allows (its MaxArraySize or max_array_tasks): {_FEWER}"
            ),
            r"invalid job id": "Slurm knows no such job, or has forgotten it since it ended",
            r"memory specification|memory required": (
                "let each job ask for memory that a node has: {sbatch[mem]}, or mem-per-cpu; `sinfo -o '%R %m %c'` "
                "lists their megabytes and CPUs"
            ),
            r"node configuration is not available|more processors requested|node count specification": (
                "no node here has what each job asks for; ask for fewer CPUs ({cpus_per_task} times "
                "workers_per_job), less memory ({sbatch[mem]}) or fewer GPUs; `sinfo -o '%R %c %m %G'` lists CPUs, "
                "megabytes and GPUs of the nodes"
            ),
            r"partition configuration not available": (
                "it is beyond a limit of the partition, or that is closed; set {sbatch[partition]} or "
                "{sbatch[time]}; `sinfo -o '%R %a %l'` lists them"
            ),
            r"invalid (?:preferred )?feature": (
                "set {sbatch[constraint]} to what nodes have; `sinfo -o '%R %f'` lists it"
            ),
            r"invalid generic resource|\(?TRES\)? specification": (
                "set {sbatch[gres]} or {sbatch[gpus-per-node]} to what nodes have; `sinfo -o '%R %G'` lists it"
            ),
            r"requeue is disabled|operation is presently disabled": (
                "the job or the site allows no requeueing; set {no_requeues} and call `{resume}` when the time is up"
            ),
            r"access/permission denied|invalid user id": "the job is another user's, or the site doesn't let you do it",
            r"unrecognized option '--(?P<name>[^'=]+)": (
                "this Slurm is older than the option, or has dropped it; leave out {option}"
            ),
            r"other parameter too long": "an option or a path is longer than Slurm takes (1,023 characters)",
            r"accounting storage is disabled": "this site keeps no accounts of jobs that have ended",
        },
    ),
)


def known_complaint(stderr: str) -> tuple[str, bool] | None:
    """What to do about what a command of Slurm wrote, and whether it may pass; None if the wording is not known."""
    if (found := first_match(_COMPLAINTS, stderr)) is None:
        return None
    complaint, named = found
    return _spelled(complaint.advice, named), complaint.passing


def _spelled(advice: str, named: str) -> str:
    """Advice with its options in the words of the door that is open, and the option that was complained of."""
    sbatch = launcher("sbatch")
    return advice.format(
        option=sbatch[named],
        sbatch=sbatch,
        tasks_per_job=launcher("tasks_per_job"),
        cpus_per_task=launcher("cpus_per_task"),
        no_requeues=launcher("requeues").to(0),
        resume=Command("resume"),
    )
