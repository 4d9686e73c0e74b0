using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Statistics;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Tables;

/// <summary>
/// The tables of a gateway as control keeps them: ids, snapshot, next hop slots and FDB, changed together. One thread writes;
/// <see cref="Ids"/>, <see cref="FdbManager.Enumerate"/> and <see cref="Statistics"/> may be read from any.
/// </summary>
public sealed class GatewayTables
{
    /// <summary>Takes over the tables that stand in memory, as another control process left them, or begins with empty ones.</summary>
    /// <param name="memory">The regions; must outlive the tables.</param>
    /// <param name="now">Nanoseconds of control's clock.</param>
    public GatewayTables(GatewayMemory memory, ulong now) => throw new NotImplementedException();

    /// <summary>The ids of segments, attachments, peers and next hops.</summary>
    public IdStore Ids => throw new NotImplementedException();

    /// <summary>The FDB.</summary>
    public FdbManager Fdb => throw new NotImplementedException();

    /// <summary>The counters.</summary>
    public StatisticsReader Statistics => throw new NotImplementedException();

    /// <summary>The configuration in force; null before the first.</summary>
    public GatewayConfiguration? Configuration => throw new NotImplementedException();

    /// <summary>Generation of the published snapshot; 0 = none.</summary>
    public ulong Generation => throw new NotImplementedException();

    /// <summary>
    /// Puts a configuration into force: builds the snapshot aside, publishes it by one store, then brings the FDB after it. A
    /// configuration equal to the one in force does nothing (F-004).
    /// </summary>
    /// <param name="configuration">A valid configuration.</param>
    /// <param name="portMacs">The MAC in force of each port, by index.</param>
    /// <param name="now">Nanoseconds of control's clock.</param>
    /// <returns>Whether anything was published.</returns>
    /// <exception cref="TablesException">It does not fit the regions, or a worker stands still; nothing was changed.</exception>
    public bool Apply(GatewayConfiguration configuration, IReadOnlyList<MacAddress> portMacs, ulong now) => throw new NotImplementedException();

    /// <summary>Lets time pass: ageing, thawing, release of what nothing uses any more. To be called ten times a second or more often.</summary>
    /// <param name="now">Nanoseconds of control's clock.</param>
    public void Tick(ulong now) => throw new NotImplementedException();

    /// <summary>The maxima to size regions from, for a configuration.</summary>
    /// <param name="configuration">A valid configuration.</param>
    /// <returns>The maxima.</returns>
    public static ExchangeLimits LimitsFor(GatewayConfiguration configuration) => throw new NotImplementedException();
}
