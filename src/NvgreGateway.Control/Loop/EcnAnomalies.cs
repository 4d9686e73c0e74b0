using NvgreGateway.Exchange;

namespace NvgreGateway.Control;

/// <summary>
/// Tells of dangerous combinations of inner and outer ECN (RFC 6040 section 4.2, B-025): as <c>ecn_anomaly</c> with how many there
/// were, once a second at most, and not at all where <c>log.ecnAnomalies</c> is false. The counter <c>ecn.anomaly</c> knows nothing of it.
/// </summary>
internal sealed unsafe class EcnAnomalies
{
    private const ulong Pause = 1_000_000_000;
    private readonly GatewayMemory _memory;
    private readonly IEventLog _log;
    private ulong _seen;
    private ulong _silentUntil;

    /// <param name="memory">The regions.</param>
    /// <param name="log">Where events go.</param>
    public EcnAnomalies(GatewayMemory memory, IEventLog log)
    {
        _memory = memory;
        _log = log;
        _seen = Sum();
    }

    /// <summary>Looks; to be called several times a second.</summary>
    /// <param name="wanted">Whether anything is to be told.</param>
    /// <param name="now">Nanoseconds.</param>
    public void Look(bool wanted, ulong now)
    {
        ulong sum = Sum();
        if (sum == _seen || (wanted && now < _silentUntil))
        {
            return;
        }

        if (wanted)
        {
            _silentUntil = now + Pause;
            _log.Write(EventSeverity.Warning, "ecn_anomaly", ("count", sum - _seen));
        }

        _seen = sum;
    }

    private ulong Sum()
    {
        ulong sum = 0;
        for (int worker = 0; worker < _memory.Limits.Workers; worker++)
        {
            sum += Volatile.Read(ref _memory.Statistics(worker)->Counters[(int)CounterId.EcnAnomaly]);
        }

        return sum;
    }
}
