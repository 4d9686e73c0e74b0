using System.Runtime.InteropServices;
using NvgreGateway.Control.Tables;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Flows;

/// <summary>
/// Finds the heavy flows in what workers sample, and forgets those that are heavy no more. Bounded in all: so many flows are looked at in a
/// second, and so many are heavy.
/// </summary>
/// <param name="memory">The regions.</param>
internal sealed unsafe class FlowObserver(GatewayMemory memory)
{
    /// <summary>Flows in hardware at most, or waiting for its room.</summary>
    internal const int MostFlows = 1024;

    /// <summary>Samples in a second that make a flow heavy: about 4000 packets (<c>SampleStage.Period</c>). A rule costs a device more than some packets cost a worker.</summary>
    internal const int LeastSamples = 4;

    /// <summary>A rule goes that handles less than <see cref="LeastPackets"/> in so many seconds.</summary>
    internal const int IdleSeconds = 10;

    /// <summary>See <see cref="IdleSeconds"/>.</summary>
    internal const ulong LeastPackets = 1000;

    /// <summary>A rule is not believed that handles nothing for so many seconds while workers go on forwarding its flow.</summary>
    internal const int UselessSeconds = 3;

    /// <summary>And its flow stays in software for so many.</summary>
    internal const int DistrustSeconds = 60;

    // A second's candidates, and reasons that are told: whoever makes up flows makes no memory of ours grow.
    private const int MostCandidates = 8192, MostReasons = 256;
    private readonly Dictionary<FlowKey, int> _samples = [];
    private readonly Dictionary<FlowKey, HeavyFlow> _heavy = [];
    private readonly Dictionary<FlowKey, int> _distrusted = [];
    private readonly Dictionary<LeftFlows, (int Flows, int Quiet)> _leaving = [];
    private Dictionary<LeftFlows, int> _left = [];

    /// <summary>What hardware should forward now.</summary>
    public IReadOnlyCollection<HeavyFlow> Heavy => _heavy.Values;

    /// <summary>Heavy flows of the last seconds that software keeps, and why; how many of each.</summary>
    public IReadOnlyDictionary<LeftFlows, int> Left => _left;

    /// <summary>Takes what workers sampled.</summary>
    /// <param name="index">The configuration with its ids.</param>
    /// <param name="fdb">The FDB.</param>
    public void Collect(PlaneIndex index, FdbManager fdb)
    {
        for (int worker = 0; worker < memory.Limits.Workers; worker++)
        {
            SpscRing ring = memory.SampleRing(worker);
            FlowSample* sample;
            for (uint left = ring.Count; left > 0 && (sample = (FlowSample*)ring.Peek()) != null; left--)
            {
                Count(sample, index, fdb);
                ring.Release();
            }
        }
    }

    /// <summary>A second is over.</summary>
    /// <param name="index">The configuration with its ids.</param>
    public void Turn(PlaneIndex index)
    {
        foreach (HeavyFlow flow in _heavy.Values)
        {
            bool sampled = _samples.GetValueOrDefault(flow.Key) >= LeastSamples;
            flow.Useless = sampled && flow.IsInstalled && flow.Packets == flow.Before ? flow.Useless + 1 : 0;
            flow.Before = flow.Packets;
            if (flow.Useless == UselessSeconds && _distrusted.Count < MostFlows)
            {
                _heavy.Remove(flow.Key);
                _distrusted[flow.Key] = DistrustSeconds;
                continue;
            }

            if (sampled || flow.Packets - flow.QuietFrom >= LeastPackets || flow.Packets < flow.QuietFrom)
            {
                (flow.Quiet, flow.QuietFrom) = (0, flow.Packets);
            }
            else if (++flow.Quiet >= IdleSeconds)
            {
                _heavy.Remove(flow.Key);
            }
        }

        foreach ((FlowKey key, int seconds) in _distrusted)
        {
            _ = seconds == 1 ? _distrusted.Remove(key) : (_distrusted[key] = seconds - 1) > 0;
        }

        var counting = new Dictionary<LeftFlows, int>();
        foreach ((FlowKey key, int n) in _samples.Where(static s => s.Value >= LeastSamples).OrderByDescending(static s => s.Value))
        {
            if (_heavy.ContainsKey(key) || FlowWay.Find(memory, index, key.Segment, key.Attachment, key.Peer) is not { } way)
            {
                continue;
            }

            string? reason = FlowConditions.Way(way, key.Encapsulates) ?? FlowConditions.Mark(key.Tos)
                ?? (_distrusted.ContainsKey(key) ? "the device took the rule, and workers went on getting the packets" : null) ?? (_heavy.Count < MostFlows ? null : $"{MostFlows} flows are in hardware already");
            if (reason is null)
            {
                _heavy.Add(key, new HeavyFlow(key));
            }
            else if (counting.Count < MostReasons)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(counting, new LeftFlows(key.Encapsulates, key.Attachment, key.Peer, reason), out _)++;
            }
        }

        // A flow near the threshold does not flicker: what was told is told for some seconds more.
        foreach ((LeftFlows left, (int flows, int quiet)) in _leaving)
        {
            if (quiet + 1 == IdleSeconds || counting.ContainsKey(left))
            {
                _leaving.Remove(left);
            }
            else
            {
                _leaving[left] = (flows, quiet + 1);
            }
        }

        foreach ((LeftFlows left, int n) in counting)
        {
            if (_leaving.Count < MostReasons)
            {
                _leaving[left] = (n, 0);
            }
        }

        _left = _leaving.ToDictionary(static l => l.Key, static l => l.Value.Flows); // a new one: the old one may be looked at by whoever shows it
        _samples.Clear();
    }

    /// <summary>A flow cannot be forwarded by hardware any more.</summary>
    /// <param name="flow">It.</param>
    public void Forget(HeavyFlow flow) => _heavy.Remove(flow.Key);

    private void Count(FlowSample* sample, PlaneIndex index, FdbManager fdb)
    {
        uint segment = (ushort)sample->SourceKey;
        if (segment != (ushort)sample->DestinationKey || !fdb.TryFind(segment, new(sample->DestinationKey >> 16), out FdbEntry to))
        {
            return;
        }

        var from = new Place(sample->Place);
        if (from.IsPeer == to.Place.IsPeer)
        {
            return; // switched between VLANs, or relayed between peers: there is nothing to encapsulate
        }

        bool encapsulates = to.Place.IsPeer;
        uint attachment = encapsulates ? from.Id : to.Place.Id, peer = encapsulates ? to.Place.Id : from.Id;
        if (FlowWay.Find(memory, index, segment, attachment, peer) is not { } way)
        {
            return;
        }

        FlowKey key = FlowKey.Of(sample, encapsulates, encapsulates && way.DiffersByFlow, attachment, peer);
        if (_samples.Count < MostCandidates || _samples.ContainsKey(key))
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_samples, key, out _)++;
        }
    }
}
