using System.Runtime.InteropServices;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Flows;

/// <summary>
/// Keeps the wishes for the ports' hardware in step with the tables: a rule is wished for after what it mirrors was published, and taken
/// back before that changes (C-125). What stands in memory is the state; a restarted control process carries on from there.
/// </summary>
/// <param name="memory">The regions.</param>
/// <param name="log">Takes events.</param>
internal sealed unsafe class FlowPlanner(GatewayMemory memory, IEventLog log)
{
    private const int SettleMilliseconds = 1000;
    private readonly Dictionary<(int Port, FlowState State), int> _told = [];

    private FlowTable Table => memory.Flows;

    /// <summary>Takes back what another configuration does not want, and all hardware encapsulation, until the data process has done so.</summary>
    /// <param name="next">The configuration that is about to be put into force.</param>
    internal void Withdraw(GatewayConfiguration next)
    {
        List<FlowSlot> wishes = FlowWishes.Queues(next);
        var waiting = new List<int>();
        for (int i = 0; i < Table.Used; i++)
        {
            FlowSlot* slot = Table[i];
            if (slot->Wanted != 0 && !IsIn(wishes, slot))
            {
                waiting.Add(i);
                Volatile.Write(ref slot->Wanted, 0);
            }
        }

        Thread.MemoryBarrier();
        for (int i = 0; i < SettleMilliseconds && waiting.Exists(s => Volatile.Read(ref Table[s]->Done) != 0); i++)
        {
            if (Volatile.Read(ref memory.Data->Phase) != (ulong)DataPhase.Forwarding)
            {
                return; // its rules went with it
            }

            Thread.Sleep(1);
        }

        if (waiting.Exists(s => Volatile.Read(ref Table[s]->Done) != 0))
        {
            log.Write(EventSeverity.Warning, "flow_rules_stay", ("rules", waiting.Count)); // the data process stands still: health tells
        }
    }

    /// <summary>Wishes for what the published tables allow, and takes back the rest. Cheap when nothing changed.</summary>
    /// <param name="index">The configuration in force with its ids.</param>
    internal void Place(PlaneIndex index)
    {
        List<FlowSlot> wishes = FlowWishes.Queues(index.Configuration);
        wishes.AddRange(FlowWishes.Tunnels(memory, index));
        var missing = new HashSet<int>(Enumerable.Range(0, wishes.Count));
        var byContent = new Dictionary<int, List<int>>();
        for (int i = 0; i < wishes.Count; i++)
        {
            FlowSlot wish = wishes[i];
            (CollectionsMarshal.GetValueRefOrAddDefault(byContent, HashOf(&wish), out _) ??= []).Add(i);
        }

        for (int i = 0; i < Table.Used; i++)
        {
            FlowSlot* slot = Table[i];
            if (slot->Wanted == 0)
            {
                continue;
            }

            int found = byContent.TryGetValue(HashOf(slot), out List<int>? candidates) ? candidates.FindIndex(c => missing.Contains(c) && Same(wishes[c], slot)) : -1;
            if (found < 0)
            {
                Volatile.Write(ref slot->Wanted, 0);
            }
            else
            {
                missing.Remove(candidates![found]);
            }
        }

        int free = 0;
        foreach (int i in missing.Order())
        {
            free = Fill(free, wishes[i]);
            if (free == FlowTable.Capacity)
            {
                break; // the rest is software's
            }
        }
    }

    /// <summary>Tells what became of the wishes when that changed: never above info, since software serves (C-123).</summary>
    /// <param name="configuration">The configuration in force.</param>
    internal void Tell(GatewayConfiguration configuration)
    {
        var counts = new Dictionary<(int Port, FlowState State), int>();
        for (int i = 0; i < Table.Used; i++)
        {
            FlowSlot* slot = Table[i];
            if (slot->Wanted != 0 && slot->Wanted == Volatile.Read(ref slot->Done) && slot->State != FlowState.Waiting)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(counts, (slot->Port, slot->State), out _)++;
            }
        }

        foreach (int port in counts.Keys.Concat(_told.Keys).Select(static k => k.Port).Distinct().Order().ToArray())
        {
            int Of(Dictionary<(int Port, FlowState State), int> from, FlowState state) => from.GetValueOrDefault((port, state));
            FlowState[] states = [FlowState.Installed, FlowState.Refused, FlowState.Failed];
            if (port < configuration.Ports.Count && states.Any(s => Of(counts, s) != Of(_told, s)))
            {
                log.Write(
                    EventSeverity.Info, "flow_rules", ("port", configuration.Ports[port].Name), ("installed", Of(counts, FlowState.Installed)),
                    ("refused", Of(counts, FlowState.Refused)), ("failed", Of(counts, FlowState.Failed)));
            }
        }

        _told.Clear();
        foreach (((int Port, FlowState State) key, int n) in counts)
        {
            _told[key] = n;
        }
    }

    private static bool Same(FlowSlot wish, FlowSlot* slot) => FlowTable.Description(&wish).SequenceEqual(FlowTable.Description(slot));

    private static bool IsIn(List<FlowSlot> wishes, FlowSlot* slot) => wishes.Exists(w => Same(w, slot));

    private static int HashOf(FlowSlot* slot)
    {
        var hash = default(HashCode);
        hash.AddBytes(FlowTable.Description(slot));
        return hash.ToHashCode();
    }

    // The first free slot from an index on takes a wish; the next index to look at.
    private int Fill(int from, FlowSlot wish)
    {
        for (int i = from; i < FlowTable.Capacity; i++)
        {
            FlowSlot* slot = Table[i];
            if (slot->Wanted != 0 || Volatile.Read(ref slot->Done) != 0)
            {
                continue;
            }

            FlowTable.Description(&wish).CopyTo(FlowTable.Description(slot));
            slot->Serial = Math.Max(1, slot->Serial + 1);
            Volatile.Write(ref slot->Wanted, slot->Serial);
            if (i >= Table.Used)
            {
                Volatile.Write(ref Table.Used, (uint)i + 1);
            }

            return i + 1;
        }

        return FlowTable.Capacity;
    }
}
