using System.Threading;

namespace NvgreGateway.Exchange;

/// <summary>
/// A point in time for control: <see cref="HasPassed"/> once every worker has begun a new loop since, so that none still looks at
/// what was unpublished before. A sleeping worker and a dead data process look at nothing.
/// </summary>
public sealed unsafe class QuiescentMark
{
    private readonly GatewayMemory _memory;
    private readonly ulong[] _polls;

    /// <summary>Takes the mark now.</summary>
    /// <param name="memory">The regions; must outlive the mark.</param>
    public QuiescentMark(GatewayMemory memory)
    {
        _memory = memory;
        _polls = new ulong[memory.Limits.Workers];
        Take();
    }

    /// <summary>Takes the mark anew, in place: for whoever must not allocate.</summary>
    public void Take()
    {
        Thread.MemoryBarrier();
        for (int i = 0; i < _polls.Length; i++)
        {
            _polls[i] = Volatile.Read(ref _memory.Statistics(i)->Polls);
        }
    }

    /// <summary>Whether every worker has passed a quiescent point since the mark was taken.</summary>
    public bool HasPassed
    {
        get
        {
            DataPhase phase = _memory.Phase;
            for (int i = 0; i < _polls.Length; i++)
            {
                WorkerStatistics* s = _memory.Statistics(i);
                if (Volatile.Read(ref s->Polls) == _polls[i] && Volatile.Read(ref s->Sleeping) == 0 && phase == DataPhase.Forwarding)
                {
                    return false;
                }
            }

            return true;
        }
    }
}
