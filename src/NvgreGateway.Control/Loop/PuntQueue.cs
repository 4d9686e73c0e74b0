using NvgreGateway.Exchange;

namespace NvgreGateway.Control;

/// <summary>What workers handed over and control has not worked off yet.</summary>
internal sealed unsafe class PuntQueue
{
    private readonly SpscRing[] _rings;
    private readonly List<Punt> _waiting = [];
    private long _number;

    public PuntQueue(GatewayMemory memory)
    {
        // One class after the other, and in each all workers: neighbours before learning, since packets wait for them.
        var rings = new List<SpscRing>();
        for (PuntClass kind = 0; kind < PuntClass.Count; kind++)
        {
            for (int worker = 0; worker < memory.Limits.Workers; worker++)
            {
                rings.Add(memory.Punt(worker, kind));
            }
        }

        _rings = [.. rings];
    }

    /// <summary>How many wait.</summary>
    public int Count => _waiting.Count;

    /// <summary>Empties every ring, each up to what it held at the start: a flood on one cannot keep control here.</summary>
    public void Collect()
    {
        foreach (SpscRing ring in _rings)
        {
            for (uint left = ring.Count; left > 0; left--)
            {
                var slot = (PuntSlot*)ring.Peek();
                if (slot == null)
                {
                    break;
                }

                _waiting.Add(Copy(slot, ring.SlotBytes));
                ring.Release();
            }
        }
    }

    /// <summary>Takes everything that waits.</summary>
    /// <param name="ordered">Whether to sort by <see cref="Punt.Compare"/>.</param>
    /// <param name="into">Where to; cleared first.</param>
    public void Take(bool ordered, List<Punt> into)
    {
        into.Clear();
        into.AddRange(_waiting);
        _waiting.Clear();
        if (ordered)
        {
            into.Sort(Punt.Compare);
        }
    }

    private Punt Copy(PuntSlot* slot, uint slotBytes)
    {
        // The length is another process' word: never copy past the slot, whatever it says.
        int length = slot->Kind is PuntKind.Frame or PuntKind.TooBig or PuntKind.TenantQuestion or PuntKind.TenantEvidence or PuntKind.LoopProbe or PuntKind.TenantGroup or PuntKind.TenantGroupOnly ? (int)Math.Min(slot->CopiedLength, slotBytes - PuntSlot.HeadBytes) : 0;
        return new Punt
        {
            Sequence = slot->Sequence,
            Number = _number++,
            Kind = slot->Kind,
            Key = slot->Key,
            Place = slot->Place,
            Segment = slot->Segment,
            Port = slot->Port,
            L3Offset = slot->L3Offset,
            Trace = slot->Kind is PuntKind.Frame or PuntKind.TenantQuestion or PuntKind.TenantGroupOnly ? slot->Trace : 0,
            Frame = new ReadOnlySpan<byte>(PuntSlot.Data(slot), length).ToArray(),
        };
    }
}
