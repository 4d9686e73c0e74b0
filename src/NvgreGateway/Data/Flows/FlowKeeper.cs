using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Data.Flows;

/// <summary>
/// The rules in the ports' hardware, in the hands of the housekeeping thread: installs what control wants, takes it back, reads what it
/// counted. A rule that a device refuses changes nothing: the workers serve all that no rule takes from them. Allocates nothing, but for
/// a port that was just started.
/// </summary>
internal sealed unsafe class FlowKeeper
{
    private const int RoundsBetweenCounts = 25;

    /// <summary>Rules that are made or taken back in a round: some devices take a millisecond for each, and ports are waiting to be looked after.</summary>
    internal const int MostChanges = 64;

    private const int NotSupported = -95, NoSuchCall = -38;
    private readonly GatewayMemory _memory;
    private readonly IFlowApi?[] _ports;
    private readonly Port?[] _followed;
    private readonly ushort[] _devices;
    private readonly nint[] _handles = new nint[FlowTable.Capacity];
    private readonly ulong[] _packets = new ulong[FlowTable.Capacity];
    private readonly ulong[] _bytes = new ulong[FlowTable.Capacity];
    private int _rounds;
    private int _room;

    /// <summary>Begins without rules: those of a predecessor went with its ports.</summary>
    /// <param name="memory">The regions.</param>
    internal FlowKeeper(GatewayMemory memory)
    {
        _memory = memory;
        _ports = new IFlowApi?[memory.Limits.Ports];
        _followed = new Port?[memory.Limits.Ports];
        _devices = new ushort[memory.Limits.Ports];
        for (int i = 0; i < memory.Flows.Used; i++)
        {
            memory.Flows[i]->State = FlowState.Waiting;
            Volatile.Write(ref memory.Flows[i]->Done, 0);
        }
    }

    /// <summary>Looks whether a port came or went.</summary>
    /// <param name="port">Port index.</param>
    /// <param name="started">The port while it is started.</param>
    internal void Follow(int port, Port? started)
    {
        if (ReferenceEquals(_followed[port], started))
        {
            return;
        }

        Detach(port);
        _followed[port] = started;
        if (started is not null)
        {
            Attach(port, started.Id, new PortFlows(started.Id));
        }
    }

    /// <summary>A port was started: what is wanted of it is tried at the next round.</summary>
    /// <param name="port">Port index.</param>
    /// <param name="device">DPDK's number.</param>
    /// <param name="api">Its rules; none yet.</param>
    internal void Attach(int port, ushort device, IFlowApi api) => (_ports[port], _devices[port]) = (api, device);

    /// <summary>A port is about to be stopped, which ends its rules: they are taken back while their counts can be read (C-126).</summary>
    /// <param name="port">Port index.</param>
    internal void Release(int port)
    {
        End(port);
        (_followed[port], _ports[port]) = (null, null);
    }

    /// <summary>The process is about to end, and all rules with it: what they counted is read once more.</summary>
    internal void CountAll()
    {
        for (int i = 0; i < _memory.Flows.Used; i++)
        {
            FlowSlot* slot = _memory.Flows[i];
            if (_handles[i] != 0 && IsTransfer(slot) && _ports[slot->Port] is { } api)
            {
                Count(i, slot, api);
            }
        }
    }

    /// <summary>A port is gone, and its rules with it.</summary>
    /// <param name="port">Port index.</param>
    internal void Detach(int port)
    {
        _ports[port] = null;
        End(port);
    }

    private void End(int port)
    {
        for (int i = 0; i < _memory.Flows.Used; i++)
        {
            FlowSlot* slot = _memory.Flows[i];
            if (slot->Done != 0 && (slot->Port == port || (IsTransfer(slot) && slot->OutPort == port)))
            {
                Remove(i, slot, _ports[slot->Port]);
            }
        }
    }

    /// <summary>One round of housekeeping.</summary>
    internal void Keep()
    {
        bool count = ++_rounds >= RoundsBetweenCounts;
        _rounds = count ? 0 : _rounds;
        int room = _room; // as many rules may be tried again as went: each failure counts
        _room = 0;
        int changes = 0;
        int used = (int)Math.Min(Volatile.Read(ref _memory.Flows.Used), FlowTable.Capacity);
        for (int i = 0; i < used; i++) // first what goes: control may wait for that
        {
            FlowSlot* slot = _memory.Flows[i];
            uint wanted = Volatile.Read(ref slot->Wanted);
            bool again = slot->State == FlowState.Failed && slot->Done == wanted && room > 0;
            if (slot->Done != 0 && (slot->Done != wanted || again) && changes < MostChanges)
            {
                changes += _handles[i] != 0 ? 1 : 0;
                room -= again ? 1 : 0;
                Remove(i, slot, _ports[slot->Port]);
            }
        }

        _room += changes == MostChanges ? room : 0;
        for (int i = 0; i < used; i++)
        {
            FlowSlot* slot = _memory.Flows[i];
            uint wanted = Volatile.Read(ref slot->Wanted);
            if (wanted != 0 && slot->Done == 0 && changes < MostChanges && slot->Port < _ports.Length && _ports[slot->Port] is { } api
                && (!IsTransfer(slot) || (slot->OutPort < _ports.Length && _ports[slot->OutPort] is not null)))
            {
                changes++;
                Install(i, slot, wanted, api);
            }
            else if (count && _handles[i] != 0 && IsTransfer(slot))
            {
                Count(i, slot, _ports[slot->Port]!);
            }
        }
    }

    private static bool IsTransfer(FlowSlot* slot) => slot->Kind is FlowKind.Encapsulate or FlowKind.Decapsulate;

    private static FlowDirection DirectionOf(FlowSlot* slot) => IsTransfer(slot) ? FlowDirection.Transfer : FlowDirection.Ingress;

    private void Install(int index, FlowSlot* slot, uint wanted, IFlowApi api)
    {
        // Control either sees this number, and waits, or is seen to have changed its mind.
        slot->State = FlowState.Waiting;
        Volatile.Write(ref slot->Done, wanted);
        Thread.MemoryBarrier();
        if (Volatile.Read(ref slot->Wanted) != wanted)
        {
            Volatile.Write(ref slot->Done, 0);
            return;
        }

        (slot->Packets, slot->Bytes) = (0, 0);
        (_packets[index], _bytes[index]) = (0, 0);
        FlowRule rule;
        FlowError error = default;
        int status = NotSupported;
        ushort outDevice = IsTransfer(slot) ? _devices[slot->OutPort] : (ushort)0;
        for (uint form = 0; FlowForms.Make(slot, form, _devices[slot->Port], outDevice, &rule); form++)
        {
            status = api.Validate(&rule, &error);
            if (status == 0)
            {
                slot->Form = form;
                if (slot->Probe != 0)
                {
                    Tell(slot, FlowState.Able, 0, &error);
                    return;
                }

                Create(index, slot, &rule, api);
                return;
            }

            if (status == NoSuchCall)
            {
                break;
            }
        }

        Tell(slot, FlowState.Refused, status, &error);
    }

    private void Create(int index, FlowSlot* slot, FlowRule* rule, IFlowApi api)
    {
        nint handle;
        ulong packets, bytes;
        FlowError error = default;
        int status = api.Create(rule, &handle, &error);
        if (status == 0 && IsTransfer(slot) && (status = api.Query(rule->Direction, handle, &packets, &bytes, &error)) != 0)
        {
            // What cannot be counted is not taken from the workers (C-126).
            FlowError ignored;
            api.Destroy(rule->Direction, handle, &ignored);
        }

        if (status == 0)
        {
            _handles[index] = handle;
            Tell(slot, FlowState.Installed, 0, &error);
            return;
        }

        WorkerStatistics* s = Counted;
        Volatile.Write(ref s->Counters[(int)CounterId.OffloadRuleFail], s->Counters[(int)CounterId.OffloadRuleFail] + 1);
        Tell(slot, FlowState.Failed, status, &error);
    }

    private void Remove(int index, FlowSlot* slot, IFlowApi? api)
    {
        if (_handles[index] != 0 && api is not null)
        {
            if (IsTransfer(slot))
            {
                Count(index, slot, api);
            }

            FlowError error;
            api.Destroy(DirectionOf(slot), _handles[index], &error); // a driver that fails here has lost the rule or the device
            _room++;
        }

        _handles[index] = 0;
        slot->State = FlowState.Waiting;
        Volatile.Write(ref slot->Done, 0);
    }

    private WorkerStatistics* Counted => _memory.Statistics((int)_memory.Limits.Workers);

    /// <summary>Books what a rule handled since the last time, as a worker would have (C-126).</summary>
    private void Count(int index, FlowSlot* slot, IFlowApi api)
    {
        ulong packets, bytes;
        FlowError error;
        if (api.Query(DirectionOf(slot), _handles[index], &packets, &bytes, &error) != 0 || packets < _packets[index] || bytes < _bytes[index])
        {
            return; // as it was; a later reading has it
        }

        ulong n = packets - _packets[index], length = bytes - _bytes[index];
        (_packets[index], _bytes[index]) = (packets, bytes);
        Volatile.Write(ref slot->Packets, packets);
        Volatile.Write(ref slot->Bytes, bytes);
        if (n == 0)
        {
            return;
        }

        int block = (int)_memory.Limits.Workers;
        ulong tag = slot->Vlan == 0 ? 0 : 4 * n, header = slot->HeaderLength * n;
        bool encapsulates = slot->Kind == FlowKind.Encapsulate;
        length = Math.Max(length, encapsulates ? tag : header); // whatever a device calls a byte
        ulong outer = encapsulates ? length - tag + header : length, tenant = outer - header, tagged = tenant + tag;
        AttachmentCounters* attachment = _memory.Attachments(block) + slot->Attachment;
        PeerCounters* peer = _memory.Peers(block) + slot->Peer;
        Add(encapsulates ? attachment->RxUnicast : attachment->TxUnicast, n, tagged);
        ulong* counts = encapsulates ? peer->TxUnicast : peer->RxUnicast;
        Add(counts, n, tenant);
        Add(ref counts[PeerCounters.OuterBytes], outer);
        WorkerStatistics* s = Counted;
        PortCounters* received = (PortCounters*)s->Ports + slot->Port, sent = (PortCounters*)s->Ports + slot->OutPort;
        Add(ref received->RxPackets, n);
        Add(ref received->RxBytes, length);
        Add(ref sent->TxPackets, n);
        Add(ref sent->TxBytes, encapsulates ? outer : tagged);
        Add(ref s->ReceivedBytes, length);
        Add(ref s->Received, n);
        Add(ref s->Transmitted, n);
    }

    private static void Add(ulong* counts, ulong packets, ulong bytes)
    {
        Add(ref counts[0], packets);
        Add(ref counts[1], bytes);
    }

    private static void Add(ref ulong count, ulong n) => Volatile.Write(ref count, count + n);

    private static void Tell(FlowSlot* slot, FlowState state, int status, FlowError* error)
    {
        // -EINVAL of a validation is a driver's way to say that it knows no such rule; the text tells more than the number.
        slot->Error = -status;
        int length = Math.Min(FlowSlot.TextBytes, FlowError.MessageBytes) - 1;
        new ReadOnlySpan<byte>(error->Message, length).CopyTo(new Span<byte>(slot->Text, length));
        slot->Text[length] = 0;
        Volatile.Write(ref *(uint*)&slot->State, (uint)state);
    }
}
