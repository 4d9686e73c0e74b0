namespace NvgreGateway.Control.Configuration;

/// <summary>A whole configuration, valid and with every default filled in. Immutable; two are equal when everything in them is (F-004).</summary>
public sealed record GatewayConfiguration
{
    /// <summary>1 to 32 of a-z, 0-9 and '-'; file prefix, regions, socket and lock derive from it.</summary>
    public required string Name { get; init; }

    /// <summary>The ports, in the order of the file.</summary>
    public required ValueList<PortConfiguration> Ports { get; init; }

    /// <summary>The segments, in the order of the file.</summary>
    public required ValueList<SegmentConfiguration> Segments { get; init; }

    /// <summary>The forwarding table.</summary>
    public required FdbConfiguration Fdb { get; init; }

    /// <summary>The poll threads.</summary>
    public required WorkersConfiguration Workers { get; init; }

    /// <summary>Default of the peers' FlowID .</summary>
    public required FlowIdMode FlowId { get; init; }

    /// <summary>How much control work packets may cause (F-047).</summary>
    public required BudgetsConfiguration Budgets { get; init; }

    /// <summary>What is taken of GRE beyond NVGRE (B-005, B-010).</summary>
    public required LenientConfiguration Lenient { get; init; }

    /// <summary>Which events may be told (B-025).</summary>
    public required LogConfiguration Log { get; init; }

    /// <summary>How underlay next hops are resolved .</summary>
    public required NeighborResolutionConfiguration Neighbors { get; init; }

    /// <summary>How its addresses are announced (E-060).</summary>
    public required AnnounceConfiguration Announce { get; init; }

    /// <summary>Where packets live.</summary>
    public required MemoryConfiguration Memory { get; init; }

    /// <summary>The metrics and health endpoint.</summary>
    public required MetricsConfiguration Metrics { get; init; }

    /// <summary>The one switch over the offloads of all ports (C.6).</summary>
    public OffloadMode Offload { get; init; }

    /// <summary>The offloads that a port may use.</summary>
    /// <param name="port">Port index.</param>
    /// <returns>Its own setting, or none if all are off.</returns>
    public OffloadConfiguration OffloadOf(int port) => Offload == OffloadMode.Off ? OffloadConfiguration.Off : Ports[port].Offload;

    /// <summary>The port of a name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>Its index, or -1.</returns>
    public int PortNamed(string name)
    {
        for (int i = 0; i < Ports.Count; i++)
        {
            if (Ports[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Whether a port is the exception port of an underlay port (B-018).</summary>
    /// <param name="port">Port index.</param>
    /// <returns>Whether it is.</returns>
    public bool IsExceptionPort(int port) => Ports.Any(p => p.ExceptionPort == Ports[port].Name);

    /// <summary>The effective configuration as JSON, every default written out, keys in a fixed order: equal configurations give equal text. The loader reads it back to an equal configuration.</summary>
    /// <param name="indented">Over several lines, for people; else on one line.</param>
    /// <returns>JSON text without a trailing line feed.</returns>
    public string ToJson(bool indented = true) => ConfigurationLoader.ToJson(this, indented);
}
