using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Tables;

/// <summary>
/// The two snapshot slots: one is published, the other is free once every worker has passed a quiescent point since it was
/// replaced. At most two are ever live: control waits rather than takes more memory.
/// </summary>
internal sealed unsafe class SnapshotPublisher
{
    private readonly GatewayMemory _memory;
    private QuiescentMark _mark;

    /// <summary>Begins with whatever is published; a former control process may have published it a moment ago.</summary>
    internal SnapshotPublisher(GatewayMemory memory)
    {
        _memory = memory;
        _mark = new QuiescentMark(memory);
    }

    /// <summary>Generation of the published snapshot, 0 = none.</summary>
    internal ulong Generation => Volatile.Read(ref _memory.Header->Published) >> 1;

    /// <summary>Whether no worker looks at what was published before the last one.</summary>
    internal bool HasSettled => _mark.HasPassed;

    /// <summary>The slot that is not published; may be written when <see cref="HasSettled"/>.</summary>
    internal Snapshot Free => _memory.Slot(FreeIndex);

    private int FreeIndex
    {
        get
        {
            ulong published = Volatile.Read(ref _memory.Header->Published);
            return published == 0 ? 0 : (int)((published & 1) ^ 1);
        }
    }

    /// <summary>Publishes <see cref="Free"/> by one store.</summary>
    internal void Publish()
    {
        int index = FreeIndex;
        Volatile.Write(ref _memory.Header->Published, (Generation + 1) << 1 | (uint)index);
        _mark = new QuiescentMark(_memory);
    }
}
