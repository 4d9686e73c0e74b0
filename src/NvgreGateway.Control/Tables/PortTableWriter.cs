using NvgreGateway.Control.Configuration;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Tables;

/// <summary>Writes what control wants of the data process: its settings and the port table.</summary>
public static class PortTableWriter
{
    /// <summary>Writes settings and port table; raises <see cref="DataSettings.Generation"/> if anything is new.</summary>
    /// <param name="memory">The regions.</param>
    /// <param name="configuration">A valid configuration.</param>
    /// <returns>Whether anything was new.</returns>
    public static bool Write(GatewayMemory memory, GatewayConfiguration configuration) => throw new NotImplementedException();

    /// <summary>Whether the running data process cannot follow a change and has to be started again: ports, workers, memory.</summary>
    /// <param name="from">The configuration in force.</param>
    /// <param name="to">The new one.</param>
    /// <returns>Whether it has to.</returns>
    public static bool NeedsRestart(GatewayConfiguration from, GatewayConfiguration to) => throw new NotImplementedException();
}
