using System.Numerics;
using System.Runtime.InteropServices;
using NvgreGateway.Dataplane;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Data;

/// <summary>
/// Who gets what of the ports' packets where software spreads, in the hands of the housekeeping thread: one redirection table for all ports,
/// so that both directions of a flow meet (C-057), balanced by what the workers have to do, and set aside where one that keeps what it
/// receives does more (C-056); and the rules for chosen VSIDs and
/// MACs that a device does not carry out (C-137). Allocates nothing, but native memory for a port that spreads for the first time.
/// </summary>
internal sealed unsafe class SpreadKeeper : IDisposable
{
    // Long against the pause of a change and against what takes a worker's processor away, short against the life of a load.
    private const int RoundsBetweenBalances = 25;

    // Long enough for tens of thousands of packets, short enough that a trial costs little; and how long workers are waited for.
    private const int RoundsOfWindow = 3, RoundsToChange = 25;

    // Forms of a rule that say that the inner headers are hashed (FlowForms).
    private const uint InnerForms = 2;
    private const double MostBusy = 4;

    private readonly GatewayMemory _memory;
    private readonly DpdkPort* _entries;
    private readonly WorkerGroup _group;
    private readonly int _ports;
    private readonly nint[] _plans;
    private readonly QuiescentMark[] _marks;
    private readonly ulong[] _published;
    private readonly ulong[] _wanted;
    private readonly int[] _covered;
    private readonly byte[] _table = new byte[SpreadPlan.Entries];
    private readonly SpreadMeter _window;
    private readonly SpreadMeter _interval;
    private readonly SpreadTrial _trial = new();
    private readonly double _hertz;
    private uint _version = 1;
    private int _rounds;
    private int _windowRounds;
    private bool _changed = true;

    /// <summary>Begins with even shares and no plan published.</summary>
    /// <param name="memory">The regions.</param>
    /// <param name="entries">The ports as workers see them.</param>
    /// <param name="ports">Ports.</param>
    /// <param name="group">The workers.</param>
    /// <param name="hertz">Clock cycles of a second.</param>
    internal SpreadKeeper(GatewayMemory memory, DpdkPort* entries, int ports, WorkerGroup group, double hertz)
    {
        _memory = memory;
        _entries = entries;
        _ports = ports;
        _group = group;
        _plans = new nint[ports * 2];
        _marks = new QuiescentMark[ports];
        for (int i = 0; i < ports; i++)
        {
            _marks[i] = new QuiescentMark(memory);
        }

        _published = new ulong[ports];
        _wanted = new ulong[ports];
        _covered = new int[ports];
        _hertz = hertz;
        _window = new SpreadMeter(memory, ports, group);
        _interval = new SpreadMeter(memory, ports, group);
        fixed (byte* table = _table)
        {
            SpreadPlan.Even(table, group.Workers);
        }

        TellShares();
    }

    /// <summary>Trials that came to an end (<see cref="SpreadTrial"/>).</summary>
    internal uint Trials => _trial.Trials;

    /// <summary>One round of housekeeping.</summary>
    /// <param name="now">Time stamp counter.</param>
    internal void Keep(ulong now)
    {
        if (_group.Workers < 2)
        {
            return;
        }

        Measure(now);
        Look();
        for (int i = 0; i < _ports; i++)
        {
            Publish(i);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (nint plan in _plans)
        {
            NativeMemory.AlignedFree((void*)plan);
        }
    }

    // Measures what workers do, evens out their shares, and tries whether they had better keep what they receive.
    private void Measure(ulong now)
    {
        if (_changed)
        {
            // What they do while they change over says nothing.
            if (_windowRounds++ < RoundsToChange && !HaveChanged())
            {
                return;
            }

            _changed = false;
            _windowRounds = _rounds = 0;
            _window.Read(now);
            return;
        }

        bool alone = _trial.Alone;
        if (!MayTry())
        {
            _trial.Reset();
        }
        else if (++_windowRounds >= RoundsOfWindow)
        {
            _windowRounds = 0;
            _window.Read(now);
            _trial.Feed(_window.Window(_hertz));
            if (_trial.Tunes && !alone)
            {
                Balance(_window);
            }
        }

        Tell();
        if (_trial.Alone != alone)
        {
            _version++;
            _changed = true;
        }
        else if (!_trial.Alone && _trial.IsUsual && (++_rounds == 1 || _rounds > RoundsBetweenBalances))
        {
            _interval.Read(now);
            if (_rounds > 1)
            {
                _rounds = 1;
                Balance(_interval);
            }
        }
    }

    private void Balance(SpreadMeter meter)
    {
        for (int i = 0; i < _group.Workers; i++)
        {
            // Who could not take all that he was to is busier than he can be.
            double offered = 0;
            for (int k = 0; k < SpreadPlan.Entries; k++)
            {
                offered += _table[k] == i ? meter.Loads[k] : 0;
            }

            uint refused = meter.Refused[i];
            meter.Busy[i] *= refused == 0 ? 1 : offered / Math.Max(offered / MostBusy, offered - refused);
        }

        if (SpreadBalance.Run(_table, meter.Loads, meter.Busy, meter.Cycles) != 0)
        {
            _version++;
            TellShares();
        }
    }

    // Where control lets it, and every port that software spreads has one queue, or a device that tells flows apart by something: a
    // queue for each packet in turn would be no order at all without a worker for each flow.
    private bool MayTry()
    {
        bool may = false;
        for (int i = 0; i < _ports; i++)
        {
            PortState* state = _memory.PortStates + i;
            if (state->Started != 0 && QueueSpreading.IsSoftware(state->Spread))
            {
                if (state->RxQueues > 1 && state->RssFields == RssFields.None)
                {
                    return false;
                }

                may = true;
            }
        }

        return may && Volatile.Read(ref _memory.Header->TriesSpread) != 0;
    }

    // Whether every worker that receives goes by what its ports offer.
    private bool HaveChanged()
    {
        for (int i = 0; i < _ports; i++)
        {
            PortState* state = _memory.PortStates + i;
            if (state->Started != 0 && (_wanted[i] != _published[i] || !_group.AllGoBy(_entries[i].Plan, i, _entries[i].RxQueues)))
            {
                return false;
            }
        }

        return true;
    }

    private void Tell()
    {
        DataState* data = _memory.Data;
        Volatile.Write(ref data->SpreadPaused, _trial.Paused ? 1u : 0);
        Volatile.Write(ref data->SpreadTrials, _trial.Trials);
        Volatile.Write(ref data->SpreadAlonePercent, (uint)Math.Min(Math.Round(_trial.Ratio * 100), uint.MaxValue));
    }

    private void TellShares()
    {
        DataState* data = _memory.Data;
        for (int i = 0; i < _group.Workers; i++)
        {
            Volatile.Write(ref data->SpreadShares[i], (ushort)_table.AsSpan().Count((byte)i));
        }
    }

    // What each port's plan must say, as one number; 0 = it needs none.
    private void Look()
    {
        int used = (int)Math.Min(Volatile.Read(ref _memory.Flows.Used), FlowTable.Capacity);
        Array.Clear(_wanted);
        Array.Clear(_covered);
        for (int i = 0; i < used; i++)
        {
            FlowSlot* slot = _memory.Flows[i];
            if (slot->Kind == FlowKind.InnerSpread && slot->Probe == 0 && slot->Port < _ports && Volatile.Read(ref slot->Wanted) != 0)
            {
                // Both families of the outer header, and by the headers inside for certain.
                bool inner = slot->Done == slot->Wanted && slot->State == FlowState.Installed && slot->Form < InnerForms;
                _covered[slot->Port] = inner && _covered[slot->Port] >= 0 ? 1 : -1;
            }
            else if (TryRead(slot, out SpreadKey key, out ulong workers, out bool inHardware))
            {
                _wanted[slot->Port] = Join(Join(_wanted[slot->Port], key.Value), workers) + (inHardware ? 2ul : 1);
            }
        }

        for (int i = 0; i < _ports; i++)
        {
            if (Spreads(i))
            {
                _wanted[i] = Join(_wanted[i], _version);
            }
        }

        static ulong Join(ulong sum, ulong value) => (BitOperations.RotateLeft(sum, 23) ^ value) * 0x9E37_79B9_7F4A_7C15;
    }

    // A rule that was tried: the device has it, or it is ours to carry out.
    private bool TryRead(FlowSlot* slot, out SpreadKey key, out ulong workers, out bool inHardware)
    {
        uint wanted = Volatile.Read(ref slot->Wanted);
        key = slot->Kind switch
        {
            FlowKind.VsidQueues => SpreadKey.Vsid(slot->Family == 6, slot->Vsid),
            FlowKind.InnerMacQueues => SpreadKey.InnerMac(slot->Family == 6, slot->Mac),
            FlowKind.MacQueues => SpreadKey.Mac(slot->Mac),
            _ => default,
        };
        inHardware = slot->State == FlowState.Installed;
        workers = slot->Queues & (ulong.MaxValue >> (64 - _group.Workers));
        return key.Value != 0 && slot->Probe == 0 && workers != 0 && wanted != 0 && slot->Done == wanted && slot->State != FlowState.Waiting && slot->Port < _ports;
    }

    // The device's own word is overruled by a rule that it took after the port was started.
    private bool Spreads(int port)
    {
        PortState* state = _memory.PortStates + port;
        if (state->Started == 0)
        {
            return false;
        }

        bool may = state->Spread is QueueSpread.OuterRss or QueueSpread.NoRss, covered = _covered[port] > 0;
        if (covered ? may : state->Spread == QueueSpread.InnerRule)
        {
            QueueSpread spread = covered ? QueueSpread.InnerRule : state->RssFields == RssFields.None ? QueueSpread.NoRss : QueueSpread.OuterRss;
            PortState.Begin(state);
            state->Spread = spread;
            PortState.End(state);
        }

        return QueueSpreading.IsSoftware(state->Spread);
    }

    /// <summary>Gives a port the plan that it should have, once no worker goes by the one before the last.</summary>
    private void Publish(int port)
    {
        if (_wanted[port] == _published[port])
        {
            return;
        }

        DpdkPort* entry = _entries + port;
        int which = (SpreadPlan*)_plans[port * 2] == entry->Plan ? 1 : 0;
        if (_wanted[port] != 0)
        {
            if (_plans[(port * 2) + which] == 0)
            {
                _plans[(port * 2) + which] = (nint)SpreadPlan.Create();
            }

            // Who has not begun a loop since may still be about to go by it.
            var plan = (SpreadPlan*)_plans[(port * 2) + which];
            if (_group.GoesBy(plan, port) || !_marks[port].HasPassed)
            {
                return;
            }

            Fill(plan, port);
            Volatile.Write(ref *(nint*)&entry->Plan, (nint)plan);
        }
        else
        {
            Volatile.Write(ref *(nint*)&entry->Plan, 0);
        }

        _marks[port].Take();
        _published[port] = _wanted[port];
        _changed = true;
        _windowRounds = 0;
    }

    private void Fill(SpreadPlan* plan, int port)
    {
        plan->Spreads = Spreads(port) && !_trial.Alone ? 1u : 0;
        _table.CopyTo(new Span<byte>(plan->Workers, SpreadPlan.Entries));
        SpreadPlan.Clear(plan);
        int used = (int)Math.Min(Volatile.Read(ref _memory.Flows.Used), FlowTable.Capacity);
        for (int i = 0; i < used; i++)
        {
            FlowSlot* slot = _memory.Flows[i];
            if (slot->Port == port && TryRead(slot, out SpreadKey key, out ulong workers, out bool inHardware))
            {
                SpreadPlan.Add(plan, key, workers, inHardware);
            }
        }
    }
}
