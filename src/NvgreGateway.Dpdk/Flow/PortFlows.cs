namespace NvgreGateway.Dpdk;

/// <summary>
/// Flow rules of a port of DPDK. The port is started: not every driver keeps rules over a stop. Rules with the transfer attribute go through
/// the port that has the right to make them, as <c>rte_flow.h</c> demands.
/// </summary>
/// <param name="port">DPDK's number.</param>
public sealed unsafe class PortFlows(ushort port) : IFlowApi
{
    private readonly ushort _proxy = Native.FlowProxy(port);

    /// <inheritdoc/>
    public int Validate(FlowRule* rule, FlowError* error) => Native.FlowValidate(Through(rule->Direction), rule, error);

    /// <inheritdoc/>
    public int Create(FlowRule* rule, nint* handle, FlowError* error) => Native.FlowCreate(Through(rule->Direction), rule, (void**)handle, error);

    /// <inheritdoc/>
    public int Destroy(FlowDirection direction, nint handle, FlowError* error) => Native.FlowDestroy(Through(direction), (void*)handle, error);

    /// <inheritdoc/>
    public int Query(FlowDirection direction, nint handle, ulong* packets, ulong* bytes, FlowError* error) =>
        Native.FlowQuery(Through(direction), (void*)handle, packets, bytes, error);

    /// <inheritdoc/>
    public int Flush(FlowError* error) => Native.FlowFlush(port, error);

    private ushort Through(FlowDirection direction) => direction == FlowDirection.Transfer ? _proxy : port;
}
