using NvgreGateway.Control.Configuration;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Offload;

/// <summary>The plans of all ports under one configuration, and the facts that they were made from.</summary>
internal sealed class PortOffloadTable
{
    private readonly OffloadFacts[] _facts;

    private PortOffloadTable(OffloadFacts[] facts, OffloadPlan[] plans)
    {
        _facts = facts;
        Plans = plans;
        Sets = [.. plans.Select(static p => p.Sets)];
    }

    /// <summary>The plans by port index.</summary>
    public IReadOnlyList<OffloadPlan> Plans { get; }

    /// <summary>What workers are told, by port index.</summary>
    public IReadOnlyList<PortOffloadSets> Sets { get; }

    /// <summary>Makes the plans of a configuration from what ports say now.</summary>
    /// <param name="memory">The regions.</param>
    /// <param name="configuration">The configuration.</param>
    /// <returns>The table.</returns>
    public static PortOffloadTable Make(GatewayMemory memory, GatewayConfiguration configuration)
    {
        OffloadFacts[] facts = Facts(memory, configuration);
        return new PortOffloadTable(facts, [.. facts.Select((f, i) => new OffloadPlan(f, configuration.OffloadOf(i)))]);
    }

    /// <summary>Whether ports still say the same.</summary>
    /// <param name="memory">The regions.</param>
    /// <param name="configuration">The configuration.</param>
    /// <returns>Whether they do.</returns>
    public bool IsCurrent(GatewayMemory memory, GatewayConfiguration configuration) => Facts(memory, configuration).AsSpan().SequenceEqual(_facts);

    private static OffloadFacts[] Facts(GatewayMemory memory, GatewayConfiguration configuration) =>
        [.. configuration.Ports.Select((p, i) => OffloadFacts.Of(memory.ReadPortState(i), p, configuration.IsExceptionPort(i)))];
}
