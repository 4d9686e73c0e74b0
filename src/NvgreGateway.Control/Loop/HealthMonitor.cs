using NvgreGateway.Exchange;

namespace NvgreGateway.Control;

/// <summary>
/// Whether everything that should move moves (F-010): a worker that does not loop, or a data process whose housekeeping does not
/// beat, is told within two seconds.
/// </summary>
internal sealed unsafe class HealthMonitor
{
    /// <summary>How long something may stand still; below the two seconds in which it must be told, by more than one look.</summary>
    public const ulong StallNanoseconds = 1_500_000_000;

    private readonly GatewayMemory _memory;
    private readonly (ulong Value, ulong ChangedAt)[] _polls;
    private (ulong Value, ulong ChangedAt) _heart;

    /// <param name="memory">The regions.</param>
    /// <param name="workers">How many workers there are.</param>
    /// <param name="now">Nanoseconds.</param>
    public HealthMonitor(GatewayMemory memory, int workers, ulong now)
    {
        _memory = memory;
        _polls = new (ulong, ulong)[workers];
        for (int i = 0; i < workers; i++)
        {
            _polls[i] = (Volatile.Read(ref memory.Statistics(i)->Polls), now);
        }

        _heart = (Volatile.Read(ref memory.Data->Heartbeat), now);
    }

    /// <summary>Looks; to be called several times a second.</summary>
    /// <param name="now">Nanoseconds.</param>
    public void Look(ulong now)
    {
        // Nothing moves before the data process forwards: what stands still is measured from then on.
        bool idle = !Forwarding;
        Note(ref _heart, Volatile.Read(ref _memory.Data->Heartbeat), idle, now);
        for (int i = 0; i < _polls.Length; i++)
        {
            WorkerStatistics* s = _memory.Statistics(i);
            Note(ref _polls[i], Volatile.Read(ref s->Polls), idle || Volatile.Read(ref s->Sleeping) != 0, now);
        }
    }

    /// <summary>Whether a worker stands still although it should loop.</summary>
    /// <param name="worker">Its index.</param>
    /// <param name="now">Nanoseconds.</param>
    public bool IsStalled(int worker, ulong now) => Forwarding && now >= _polls[worker].ChangedAt + StallNanoseconds;

    /// <summary>What is not alive.</summary>
    /// <param name="now">Nanoseconds.</param>
    /// <returns>One line each; none when all is well.</returns>
    public IReadOnlyList<string> Problems(ulong now)
    {
        var problems = new List<string>();
        DataPhase phase = _memory.Phase;
        if (phase != DataPhase.Forwarding)
        {
            string failure = phase == DataPhase.Failed ? ": " + GatewayMemory.Text(_memory.Data->Failure, 256) : "";
            problems.Add($"data process: {phase.ToString().ToLowerInvariant()}{failure}");
        }
        else if (now >= _heart.ChangedAt + StallNanoseconds)
        {
            problems.Add("data process: no heartbeat");
        }

        for (int i = 0; i < _polls.Length; i++)
        {
            if (IsStalled(i, now))
            {
                problems.Add($"worker {i}: stalled");
            }
        }

        return problems;
    }

    private bool Forwarding => _memory.Phase == DataPhase.Forwarding;

    private static void Note(ref (ulong Value, ulong ChangedAt) mark, ulong value, bool moves, ulong now)
    {
        if (value != mark.Value || moves)
        {
            mark = (value, now);
        }
    }
}
