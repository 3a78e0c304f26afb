// The graph of a symbol run: nodes and edges only. Compiled once per desk.
import { END, START, StateGraph } from "@langchain/langgraph";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import type { DeskDeps } from "./desk.ts";
import { asNode } from "./node.ts";
import { approval } from "./nodes/approval.ts";
import { charts } from "./nodes/charts.ts";
import { executor } from "./nodes/executor.ts";
import { marketData } from "./nodes/market-data.ts";
import { orderWorking } from "./nodes/order-working.ts";
import { record } from "./nodes/record.ts";
import { riskGate } from "./nodes/risk-gate.ts";
import { riskManager } from "./nodes/risk-manager.ts";
import { submitOrder } from "./nodes/submit-order.ts";
import { technicalAnalyst } from "./nodes/technical-analyst.ts";
import { weeklyTrend } from "./nodes/weekly-trend.ts";
import { afterApproval, afterExecutor, afterRiskGate, afterRiskManager, afterSubmitOrder } from "./routes.ts";
import { DeskState } from "./state.ts";

export function compileGraph(deps: DeskDeps, checkpointer: BaseCheckpointSaver) {
  return (
    new StateGraph(DeskState)
      // Instrument and validated bars.
      .addNode("market_data", asNode(deps, marketData(deps)))
      // Indicators once, both charts and their numbers as artifacts.
      .addNode("charts", asNode(deps, charts(deps)))
      // Two readings, side by side; that of a timeframe which the workflow leaves out is skipped.
      .addNode("technical_analyst", asNode(deps, technicalAnalyst(deps)))
      .addNode("weekly_trend", asNode(deps, weeklyTrend(deps)))
      // Both readings and the portfolio become one decision.
      .addNode("executor", asNode(deps, executor(deps)))
      // Code decides what may be ordered, and how much.
      .addNode("risk_gate", asNode(deps, riskGate(deps)))
      // A second opinion that can only take away.
      .addNode("risk_manager", asNode(deps, riskManager(deps)))
      // The countersign: a person, or the written policy.
      .addNode("approval", asNode(deps, approval(deps)))
      // The one node that sends.
      .addNode("submit_order", asNode(deps, submitOrder(deps)))
      // Waits for the tracker.
      .addNode("order_working", asNode(deps, orderWorking(deps)))
      // How it ended.
      .addNode("record", asNode(deps, record(deps)))
      .addEdge(START, "market_data")
      .addEdge("market_data", "charts")
      .addEdge("charts", "technical_analyst")
      .addEdge("charts", "weekly_trend")
      .addEdge(["technical_analyst", "weekly_trend"], "executor")
      .addConditionalEdges("executor", afterExecutor, ["risk_gate", "record"])
      .addConditionalEdges("risk_gate", afterRiskGate, ["executor", "risk_manager", "record"])
      .addConditionalEdges("risk_manager", afterRiskManager, ["approval", "record"])
      .addConditionalEdges("approval", afterApproval, ["approval", "submit_order", "record"])
      .addConditionalEdges("submit_order", afterSubmitOrder, ["approval", "order_working", "record"])
      .addEdge("order_working", "record")
      .addEdge("record", END)
      .compile({ checkpointer })
  );
}

export type DeskGraph = ReturnType<typeof compileGraph>;
